import type { EventSource } from '../event/run-event.ts';

/** Room for what the engine itself says, in characters. */
export const FACT_SIZE = 512;

/** How the engine itself says something. */
export interface FactOptions {
  /** An upper estimate of the data as JSON, in characters. */
  readonly size?: number;
  readonly source?: EventSource;
  /** It goes ahead of what waits. */
  readonly ahead?: boolean;
}
