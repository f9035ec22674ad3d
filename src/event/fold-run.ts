import type { Json } from './json.ts';
import { isNotice, type Notice } from './notice.ts';
import { activityAfter } from './run-activity.ts';
import type { CustomEvent, EventOf, RunEvent } from './run-event.ts';
import { emptyRun, type RunArtifact, type RunMessage, type RunState } from './run-state.ts';
import { isThought } from './thought.ts';

/** Entries of one list; the oldest go first. */
const LONGEST_LIST = 1_000;

type ListName = {
  [Member in keyof RunState]: RunState[Member] extends readonly unknown[] ? Member : never;
}[keyof RunState];
type Change = { -readonly [Member in keyof RunState]?: RunState[Member] };

/**
 * What a run adds up to, one item later. Pure and synchronous: the state that was passed is left as it is, and parts
 * that did not change are the same objects. Made for `from(connection).pipe(scan(foldRun, emptyRun))`; whatever else
 * is passed is ignored. Items must come in order. A `reset` begins anew, except `gone`, which keeps what was seen.
 * Memory: lists hold their newest 1,000 entries; texts grow with what the run says.
 */
export function foldRun(state: RunState, item: RunEvent | Notice): RunState {
  if (isNotice(item)) return afterNotice(state, item);
  const change = changeBy(state, item);
  if (item.final) {
    change.end = item;
    change.endedAt = item.time;
    change.asks = [];
  }
  const { source } = item;
  if (source && !state.sources.includes(source)) change.sources = [...state.sources, source];
  return {
    ...state,
    runId: item.runId,
    cursor: item.id,
    seen: state.seen + 1,
    degradedSince: undefined,
    ...change,
  };
}

function afterNotice(state: RunState, notice: Notice): RunState {
  switch (notice.notice) {
    case 'gap': {
      const { from, to, reason, cursor } = notice;
      const gaps = added(state, 'gaps', { from, to, reason });
      return { ...state, ...gaps, missed: state.missed + to - from + 1, cursor };
    }
    case 'reset':
      return notice.reason === 'gone' ? { ...state, isGone: true } : { ...emptyRun, runId: notice.runId };
    case 'degraded':
      return { ...state, degradedSince: notice.since };
    default:
      return state;
  }
}

function changeBy(state: RunState, event: RunEvent): Change {
  switch (event.type) {
    case 'started':
      return { status: 'running', agent: event.data.agent, startedAt: event.time };
    case 'status':
      return { status: event.data.status, phase: event.data.phase ?? state.phase };
    case 'complete':
      return { status: 'completed' };
    case 'cancelled':
      return { status: 'cancelled' };
    case 'error':
      return event.final ? { status: 'failed' } : added(state, 'warnings', event.data);
    case 'token':
      return withToken(state, event);
    case 'progress':
      return { progress: event.data };
    case 'artifact':
      return withArtifact(state, event);
    case 'action':
    case 'observation':
      return added(state, 'turns', event);
    case 'ask':
      return { status: 'waiting', ...added(state, 'asks', event.data) };
    case 'answer': {
      const asks = state.asks.filter(({ askId }) => askId !== event.data.askId);
      return { asks, ...(asks.length === 0 && { status: 'running' }) };
    }
    case 'control.decided':
      return added(state, 'decisions', event.data);
    default:
      return event.type.startsWith('custom:')
        ? added(state, 'customs', event as CustomEvent)
        : withActivity(state, event);
  }
}

function withActivity(state: RunState, event: RunEvent): Change {
  const found = activityAfter(state, event);
  if (!found) return {};
  const { list, known, activity } = found;
  return known < 0 ? added(state, list, activity) : { [list]: state[list].with(known, activity) };
}

function withToken(state: RunState, event: EventOf<'token'>): Change {
  const { content, messageId, role, finishReason } = event.data;
  const id = messageId ?? event.node ?? '';
  const known = state.messages.findLastIndex(message => message.id === id);
  const message = state.messages[known];
  // Without a name for it a message is over when it says so, or when thoughts become words, or words thoughts.
  const isOver =
    messageId === undefined &&
    (message?.finishReason !== undefined || (content !== '' && isThought(message?.role) !== isThought(role)));
  if (!message || isOver) {
    return added(state, 'messages', { id, text: content, role, finishReason, seq: event.seq });
  }
  const next: RunMessage = {
    ...message,
    text: message.text + content,
    role: role ?? message.role,
    finishReason: finishReason ?? message.finishReason,
  };
  return { messages: state.messages.with(known, next) };
}

function withArtifact(state: RunState, event: EventOf<'artifact'>): Change {
  const { artifactId, artifactType, name, data, partial, last } = event.data;
  const known = state.artifacts.findLastIndex(artifact => artifact.artifactId === artifactId);
  const before = state.artifacts[known];
  const isPart = before !== undefined && !before.isComplete && (partial === true || last === true);
  const artifact: RunArtifact = {
    ...{ artifactId, artifactType, name: name ?? before?.name, seq: before?.seq ?? event.seq },
    data: isPart ? joined(before.data, data) : data,
    isComplete: !partial || last === true,
  };
  return before ? { artifacts: state.artifacts.with(known, artifact) } : added(state, 'artifacts', artifact);
}

function joined(before: Json, part: Json): Json {
  if (typeof before === 'string' && typeof part === 'string') return before + part;
  return isList(before) && isList(part) ? [...before, ...part] : part;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** Puts an entry at the end of a list, and drops the first one if there are too many. */
function added<List extends ListName>(state: RunState, list: List, entry: RunState[List][number]): Change {
  const entries = [...state[list], entry];
  if (entries.length <= LONGEST_LIST) return { [list]: entries };
  return { [list]: entries.slice(1), dropped: state.dropped + 1 };
}
