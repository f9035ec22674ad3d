import type { RunPage, RunRecord } from '../backends/backend.ts';

/** A run as HTTP shows it: its record without what only the storage needs. */
export interface RunView extends Omit<RunRecord, 'epoch' | 'keep' | 'owner' | 'rules' | 'ttl'> {
  readonly eventsUrl: string;
}

/** `basePath`: where the routes are mounted. */
export function runView(
  { epoch: _e, keep: _k, owner: _o, rules: _r, ttl: _t, ...record }: RunRecord,
  basePath: string,
): RunView {
  return { ...record, eventsUrl: eventsUrl(record.runId, basePath) };
}

/** A run among others. What went in and came out can be as large as an event, so it is told of single runs alone. */
export type RunSummary = Omit<RunView, 'input' | 'output'>;

export function runSummary(record: RunRecord, basePath: string): RunSummary {
  const { input: _i, output: _o, ...summary } = runView(record, basePath);
  return summary;
}

/** One page of runs, newest first; `next` is absent on the last one. */
export function runPageView(
  { runs, next }: RunPage,
  basePath: string,
): { runs: RunSummary[]; next?: string | undefined } {
  return { runs: runs.map(record => runSummary(record, basePath)), next };
}

export function runUrl(runId: string, basePath: string): string {
  return `${basePath}/runs/${runId}`;
}

export function eventsUrl(runId: string, basePath: string): string {
  return `${runUrl(runId, basePath)}/events`;
}
