import type { RunEvent } from './run-event.ts';
import type { RunActivity, RunState } from './run-state.ts';

/** The lists of a state that hold activities. */
export type ActivityList = 'tools' | 'nodes' | 'models' | 'steps' | 'pipelines' | 'waves';

const LISTS = new Map<string, readonly [ActivityList, RunActivity['kind']]>([
  ['tool', ['tools', 'tool']],
  ['node', ['nodes', 'node']],
  ['llm', ['models', 'model']],
  ['step', ['steps', 'step']],
  ['pipeline', ['pipelines', 'pipeline']],
  ['wave', ['waves', 'wave']],
]);
const STATES = new Map<string | undefined, RunActivity['state']>([
  ['called', 'running'],
  ['started', 'running'],
  ['prompt', 'running'],
  ['completed', 'done'],
  ['response', 'done'],
  [undefined, 'done'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
]);

/** What the data of activities may have; each type has its own part of it. */
interface ActivityData {
  readonly callId?: string;
  readonly tool?: string;
  readonly name?: string;
  readonly model?: string;
  readonly index?: number;
  readonly wave?: number;
  readonly attempt?: number;
  readonly durationMs?: number;
  readonly error?: string;
  readonly [member: string]: unknown;
}

/** What an event says of an activity: the list that it is in, its place there (-1: at the end), and how it is now. */
export function activityAfter(
  state: RunState,
  event: RunEvent,
): { readonly list: ActivityList; readonly known: number; readonly activity: RunActivity } | undefined {
  const [group = '', word] = event.type.split('.');
  const [list, kind] = LISTS.get(group) ?? [];
  const now = STATES.get(word);
  if (!list || !kind || !now) return undefined;
  const data = event.data as ActivityData;
  const isFrame = kind === 'pipeline' || kind === 'wave';
  const id = isFrame || kind === 'step' ? `${event.seq}` : (data.callId ?? event.node ?? data.name ?? '');
  const known = isFrame
    ? state[list].findLastIndex(frame => now !== 'running' && isEndOf(event.node, data, frame))
    : state[list].findLastIndex(activity => activity.id === id);
  const before = state[list][known];
  const activity: RunActivity = {
    ...{ kind, id: before?.id ?? id, state: now, node: event.node ?? before?.node },
    ...{ seq: before?.seq ?? event.seq, startedAt: before?.startedAt ?? event.time },
    endedAt: now === 'running' ? undefined : event.time,
    name: nameIn(data) ?? before?.name ?? kind,
    attempt: data.attempt ?? before?.attempt,
    wave: data.wave ?? data.index ?? before?.wave,
    durationMs: data.durationMs,
    input: data.args ?? data.messages ?? before?.input ?? (isFrame ? sizeOf(kind, data) : undefined),
    output: data.result ?? data.response ?? data.value ?? data.results,
    error: data.error,
  };
  return { list, known, activity };
}

/** Pipelines and waves have no ids: what ends is the newest that is open in the same place with the same name or index. */
function isEndOf(node: string | undefined, { name, index }: ActivityData, frame: RunActivity): boolean {
  return (
    frame.state === 'running' &&
    frame.node === node &&
    (name === undefined || frame.name === name) &&
    (index === undefined || frame.wave === index)
  );
}

function nameIn({ tool, name, model, index }: ActivityData): string | undefined {
  return tool ?? name ?? model ?? (index === undefined ? undefined : String(index));
}

function sizeOf(kind: RunActivity['kind'], { waves, nodes }: ActivityData): unknown {
  return kind === 'wave' ? nodes : { waves, nodes };
}
