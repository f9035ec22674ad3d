/**
 * Something told to one reader of one run, at its place in the stream. A notice is never stored and has
 * neither `seq` nor `id`. No filter removes one.
 */
export type Notice = GapNotice | ResetNotice | DegradedNotice;

/** Events `from`..`to` (both included) will not come; the next event is the one after `cursor`. */
export interface GapNotice {
  readonly notice: 'gap';
  readonly runId: string;
  /**
   * `trimmed`: retention took them · `overflow`: this reader's own buffer dropped them · `corrupt`: what the store has
   * of them is broken.
   */
  readonly reason: 'trimmed' | 'overflow' | 'corrupt';
  readonly from: number;
  readonly to: number;
  readonly cursor: string;
}

/**
 * What this reader saw before is void. After `epoch`, `fork` and `future` the log follows from its start;
 * after `gone` (expired or erased) the stream completes.
 */
export interface ResetNotice {
  readonly notice: 'reset';
  readonly runId: string;
  readonly reason: 'epoch' | 'fork' | 'future' | 'gone';
}

/** The backend does not answer; nothing is delivered until it does. */
export interface DegradedNotice {
  readonly notice: 'degraded';
  readonly runId: string;
  /** RFC 3339. */
  readonly since: string;
}

/** Whether an item of a stream is a notice rather than an event. */
export function isNotice(item: object): item is Notice {
  // Events keep members that this version does not know, and one may have this name; only events have a seq.
  return 'notice' in item && !('seq' in item);
}
