import type { Entry } from '../event/entry.ts';
import type { Notice } from '../event/notice.ts';

/**
 * How one kind of client has its server-sent events. Connections that see a run in the same style share the bytes,
 * so that what a style says may depend on the item alone.
 */
export interface FrameStyle {
  /** Equal names, equal frames. */
  readonly name: string;
  /**
   * A whole frame: for an event with its cursor as `id:`, last, and for a notice without one. Empty where the style
   * has no word for an event; never empty for a notice.
   */
  item(item: Entry | Notice): string;
  /**
   * What stands for silence; with `id: <cursor>` where there is one to tell. Default: a comment, as it is between
   * Sluice's own frames.
   */
  readonly heartbeat?: ((cursor: string | undefined) => string) | undefined;
}
