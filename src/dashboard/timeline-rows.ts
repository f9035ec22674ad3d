import type { RunActivity, RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { nameOf } from './run-name.ts';
import type { TimelineEntry, TimelineRow } from './timeline-row.ts';
import { treeOf } from './timeline-tree.ts';
import { brief, counted, STATUS_WORDS } from './words.ts';

type Decision = RunState['decisions'][number];

/** Entries are made once for what they stand for. */
const made = new WeakMap<object, TimelineEntry>();

/**
 * What a run did, in the order in which it began; what happened inside of a pipeline, a wave or a node stands below it.
 * `children`: the runs it has started.
 */
export function timelineOf(state: RunState, children: readonly RunView[] = []): readonly TimelineRow[] {
  const decided = new Map(state.decisions.map(decision => [decision.callId, decision]));
  const entries = [
    ...[...state.tools, ...state.models].map(call =>
      withVerdict(known(call, ofActivity), decided.get(call.id)),
    ),
    ...[state.pipelines, state.waves, state.nodes, state.steps].flatMap(list =>
      list.map(activity => known(activity, ofActivity)),
    ),
    ...state.turns.map(turn => known(turn, ofTurn)),
    ...state.customs.map(custom => known(custom, ofCustom)),
  ];
  return treeOf(entries, children.map(ofChild));
}

function known<Source extends object>(
  source: Source,
  make: (source: Source) => TimelineEntry,
): TimelineEntry {
  const before = made.get(source);
  if (before) return before;
  const entry = make(source);
  made.set(source, entry);
  return entry;
}

/** With the latest decision that was made about it. */
function withVerdict(entry: TimelineEntry, decision: Decision | undefined): TimelineEntry {
  if (!decision) return entry;
  const { signal, policy, reason } = decision;
  return { ...entry, verdict: `${signal} by ${policy}${reason === undefined ? '' : `: ${reason}`}` };
}

const BARE = {
  ...{ marks: [] as readonly string[], verdict: '', wave: undefined, path: undefined },
  ...{ runId: undefined, durationMs: undefined },
};

function ofActivity(activity: RunActivity): TimelineEntry {
  const { kind, id, name, state, node, seq, startedAt, wave, attempt = 1 } = activity;
  const durationMs = activity.durationMs ?? lengthOf(activity);
  // A step is told when it is over.
  const began =
    kind === 'step' && durationMs !== undefined
      ? new Date(Date.parse(startedAt) - durationMs).toISOString()
      : startedAt;
  const marks = [
    ...(state === 'failed' || state === 'skipped' ? [state] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
  return {
    ...BARE,
    ...{ key: `${kind} ${id}`, kind, state, node, seq, wave, durationMs, marks, source: activity },
    startedAt: began,
    name: kind === 'wave' ? `Wave ${Number(name) + 1}` : name,
    detail: activity.error ?? detailOf(activity),
    path: kind === 'node' ? id : undefined,
  };
}

/** What failed need not say how long it took. */
function lengthOf({ kind, state, startedAt, endedAt }: RunActivity): number | undefined {
  if (kind === 'step' || state === 'skipped' || endedAt === undefined) return undefined;
  return Date.parse(endedAt) - Date.parse(startedAt);
}

function detailOf({ kind, input }: RunActivity): string {
  if (kind === 'tool') return brief(input);
  if (kind === 'wave') return Array.isArray(input) && input.length > 0 ? counted(input.length, 'node') : '';
  if (kind !== 'pipeline') return '';
  const { waves, nodes } = Object(input) as { readonly waves?: number; readonly nodes?: number };
  return [waves && counted(waves, 'wave'), nodes && counted(nodes, 'node')].filter(part => part).join(', ');
}

function ofTurn(event: RunState['turns'][number]): TimelineEntry {
  const { seq, node, time, type, data } = event;
  const isFailed = type === 'observation' && data.success === false;
  return {
    ...BARE,
    ...{ key: `turn ${seq}`, kind: 'turn', seq, node, startedAt: time, source: event, name: data.kind },
    ...(isFailed ? { state: 'failed', marks: ['failed'] } : { state: 'done' }),
    detail: brief(data.content ?? (type === 'action' ? data.args : data.extras)),
  };
}

function ofCustom(event: RunState['customs'][number]): TimelineEntry {
  const { seq, node, time, type, data } = event;
  return {
    ...BARE,
    ...{ key: `custom ${seq}`, kind: 'custom', seq, node, startedAt: time, source: event },
    ...{ name: type.slice('custom:'.length), state: 'done', detail: brief(data) },
  };
}

const ENDS: Readonly<Record<string, RunActivity['state']>> = {
  ...{ completed: 'done', failed: 'failed', cancelled: 'skipped' },
};

function ofChild(run: RunView): TimelineEntry {
  const { runId, status, createdAt, startedAt = createdAt, endedAt } = run;
  return {
    ...BARE,
    ...{
      key: `run ${runId}`,
      kind: 'run',
      seq: 0,
      node: undefined,
      startedAt,
      source: run,
      runId,
    },
    ...{ name: nameOf(run), detail: 'child run', state: ENDS[status] ?? 'running' },
    marks: status === 'completed' ? [] : [STATUS_WORDS[status]],
    durationMs: endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt),
  };
}
