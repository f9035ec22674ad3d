import type { RunActivity } from '../client/index.ts';

/** One line of a timeline: something the run did, or told. */
export interface TimelineRow {
  /** The same for as long as it is the same thing. */
  readonly key: string;
  readonly kind: RunActivity['kind'] | 'turn' | 'custom' | 'run';
  readonly name: string;
  readonly detail: string;
  /** What has to be said beside its name: that it failed, which try it is. */
  readonly marks: readonly string[];
  /** What a policy decided about it. */
  readonly verdict: string;
  readonly state: RunActivity['state'];
  /** What is around it. */
  readonly depth: number;
  readonly startedAt: string;
  readonly durationMs: number | undefined;
  /** The run that a line stands for. */
  readonly runId: string | undefined;
  /** What is to be seen when it is opened; the same object for as long as nothing has changed. */
  readonly source: object;
}

/** A line that is not yet at its place. */
export interface TimelineEntry extends Omit<TimelineRow, 'depth'> {
  readonly seq: number;
  readonly node: string | undefined;
  /** Of a node and of a wave: in which wave it is, and which it is. */
  readonly wave: number | undefined;
  /** Of a node: its path, under which others hang. */
  readonly path: string | undefined;
}
