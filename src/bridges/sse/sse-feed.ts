import type { Bell } from '../bell.ts';
import type { SseBytes } from './sse-bytes.ts';

/**
 * What one connection writes. It is a position and not a queue: the connection asks for bytes when it has room, and
 * whatever it has not asked for costs nothing.
 */
export interface SseFeed {
  /** Nothing follows what `next` has given. */
  readonly ended: boolean;
  /** Rings when there may be more; later, never inside `next`. Set by the connection. */
  bell: Bell;
  /**
   * The next bytes, at once where the log answers at once. `undefined`: wait for the bell, or it has ended. Throws or
   * rejects with `STORAGE_LOST` if the backend fails. To be called by one connection, one call at a time.
   */
  next(): SseBytes | undefined | Promise<SseBytes | undefined>;
  /**
   * Events that are stored and not given yet: 0 while it waits for the bell, else as the log says when asked. Absent
   * where nobody can tell. May reject with `STORAGE_LOST`.
   */
  behind?(): number | Promise<number>;
  /** What to write after silence. */
  heartbeat(): SseBytes;
  /** Frees what it holds, at once and for good. Has no influence on any run. */
  close(): void;
}
