import type { Segment } from './segment.ts';

/** What is known of a log that is in use. */
export interface LogState {
  /** Oldest first; files named for their first events. */
  readonly segments: Segment[];
  /** The newest event, its chain value, and the oldest that is kept. */
  tip: number;
  hash: string;
  kept: number;
  closed: boolean;
}
