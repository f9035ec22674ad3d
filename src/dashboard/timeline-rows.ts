import type { RunActivity, RunState } from '../client/index.ts';
import { brief } from './words.ts';

/** One line of a timeline: something the run did, or told. */
export interface TimelineRow {
  /** The same for as long as it is the same thing. */
  readonly key: string;
  readonly kind: RunActivity['kind'] | 'turn' | 'custom';
  readonly name: string;
  readonly detail: string;
  readonly state: RunActivity['state'];
  /** Nodes around it. */
  readonly depth: number;
  readonly startedAt: string;
  readonly durationMs: number | undefined;
  /** What is to be seen when it is opened; the same object for as long as nothing has changed. */
  readonly source: object;
}

interface Entry extends Omit<TimelineRow, 'depth'> {
  readonly seq: number;
  readonly node: string | undefined;
  /** Of a node: its path, under which others hang. */
  readonly path: string | undefined;
}

/** What a run did, in the order in which it began; what happened inside of a node stands below it. */
export function timelineOf(state: RunState): readonly TimelineRow[] {
  const decided = new Map(state.decisions.map(decision => [decision.callId, decision]));
  const entries = [
    ...[...state.tools, ...state.models].map(call => ofActivity(call, decided.get(call.id))),
    ...[...state.nodes, ...state.steps].map(activity => ofActivity(activity)),
    ...state.turns.map(ofTurn),
    ...state.customs.map(ofCustom),
  ].sort((a, b) => a.seq - b.seq);
  const paths = new Set(state.nodes.map(({ id }) => id));
  const children = new Map<string | undefined, Entry[]>();
  for (const entry of entries) {
    const parent = parentOf(entry, paths);
    const siblings = children.get(parent);
    if (siblings) siblings.push(entry);
    else children.set(parent, [entry]);
  }
  const rows: TimelineRow[] = [];
  const place = (parent: string | undefined, depth: number): void => {
    for (const { seq: _s, node: _n, path, ...row } of children.get(parent) ?? []) {
      rows.push({ ...row, depth });
      if (path !== undefined) place(path, depth + 1);
    }
  };
  place(undefined, 0);
  return rows;
}

/** The nearest node around it that was seen. */
function parentOf({ node, path }: Entry, paths: ReadonlySet<string>): string | undefined {
  let around = path === undefined ? node : upwards(path);
  while (around !== undefined && !paths.has(around)) around = upwards(around);
  return around;
}

function upwards(path: string): string | undefined {
  const end = path.lastIndexOf('/');
  return end < 0 ? undefined : path.slice(0, end);
}

type Decision = RunState['decisions'][number];

/** With the latest decision that was made about it. */
function ofActivity(activity: RunActivity, decision?: Decision): Entry {
  const { kind, id, name, state, node, seq, startedAt, durationMs, attempt = 1 } = activity;
  // A step is told when it is over.
  const ended = kind === 'step' && durationMs !== undefined ? Date.parse(startedAt) - durationMs : undefined;
  const again = attempt > 1 ? `attempt ${attempt} ` : '';
  return {
    ...{ key: `${kind} ${id}`, kind, name, state, node, seq, durationMs, source: activity },
    startedAt: ended === undefined ? startedAt : new Date(ended).toISOString(),
    detail: again + told(decision) + (activity.error ?? (kind === 'tool' ? brief(activity.input) : '')),
    path: kind === 'node' ? id : undefined,
  };
}

function told(decision: Decision | undefined): string {
  return decision ? `${decision.signal} by ${decision.policy} ` : '';
}

function ofTurn(event: RunState['turns'][number]): Entry {
  const { seq, node, time, type, data } = event;
  const isFailed = type === 'observation' && data.success === false;
  return {
    ...{ key: `turn ${seq}`, kind: 'turn', seq, node, path: undefined, startedAt: time, source: event },
    ...{ name: data.kind, state: isFailed ? 'failed' : 'done', durationMs: undefined },
    detail: brief(data.content ?? (type === 'action' ? data.args : data.extras)),
  };
}

function ofCustom(event: RunState['customs'][number]): Entry {
  const { seq, node, time, type, data } = event;
  return {
    ...{ key: `custom ${seq}`, kind: 'custom', seq, node, path: undefined, startedAt: time, source: event },
    ...{ name: type.slice('custom:'.length), state: 'done', durationMs: undefined, detail: brief(data) },
  };
}
