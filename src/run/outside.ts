import type { Claim } from '../backends/backend.ts';
import type { AppendKeys } from './append-keys.ts';

/** What a run has besides whose producer is outside of its process. */
export interface Outside {
  /** Keys under which events were appended to it, by anybody. */
  readonly keys: AppendKeys;
  /** Another process may go on with it, so that keys are stored with their events. */
  readonly isLasting: boolean;
  /** Reads the keys of those who had the run before; absent for who opened it. */
  readonly load?: (() => Promise<void>) | undefined;
  /** Absent where one process owns everything. */
  readonly ownership?: Ownership | undefined;
  /** This process has it no more. */
  left(): void;
  /** This process has it again. */
  came(): void;
}

/** Whose run it is, where several processes may write it. */
export interface Ownership {
  /** Takes it, whoever has it. */
  take(): Promise<Claim>;
  /** The fence of this process; `undefined` if another one has the run, and lives. */
  look(): Promise<string | undefined>;
  /** Milliseconds for which a failed attempt to take it is repeated. */
  readonly patience: number;
}
