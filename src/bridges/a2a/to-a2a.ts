import type { Json, JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { toParts } from './artifact-parts.ts';
import {
  ENDS,
  EVENTS,
  EXTENSION,
  OUTPUT_ARTIFACT,
  REJECTIONS,
  STATES,
  TERMINAL,
  TEXT_ARTIFACT,
  type EventRow,
} from './event-table.ts';
import { carriedIn, type Carried } from './extension.ts';
import type { A2aArtifact, A2aMessage, A2aPart, A2aStreamResponse, A2aTaskState } from './wire.ts';

/** What an update must say besides its event. */
export interface TaskPlace {
  readonly contextId: string;
  /** The ids of the artifacts that the reader has parts of. */
  readonly opened: { has(artifactId: string): boolean };
}

type Metadata = { readonly [EXTENSION]: Carried };

const ROWS: ReadonlyMap<string, EventRow> = new Map(EVENTS.map(row => [row.ours, row]));
const OWN_ARTIFACT = new RegExp(`^(?:~|${TEXT_ARTIFACT}$|${TEXT_ARTIFACT}:|${OUTPUT_ARTIFACT}$)`);

/**
 * One of our events as A2A streams it: one update, or for an end with an output two, the output first. The last one
 * carries the event's cursor in `metadata`, under {@link EXTENSION}, and with it what the update has no words for, so
 * that `fromStreamResponses` gives the same event again. Pure and synchronous.
 */
export function toStreamResponses(event: RunEvent, place: TaskPlace): readonly A2aStreamResponse[] {
  const told = toldAlready(event);
  if (told) return [told];
  if (event.type === 'token') return [tokenUpdate(event, event.data, place)];
  if (event.type === 'artifact') return [artifactUpdate(event, event.data, place)];
  if (event.type === 'complete' && event.data.output !== undefined) {
    return [outputUpdate(event, event.data.output, place), statusUpdate(event, place)];
  }
  return [statusUpdate(event, place)];
}

/** The artifact of a token's text. */
export function textArtifactId(messageId: unknown): string {
  return typeof messageId === 'string' ? `${TEXT_ARTIFACT}:${messageId}` : TEXT_ARTIFACT;
}

function tokenUpdate(
  event: RunEvent,
  { content, messageId, ...rest }: JsonObject,
  { contextId, opened }: TaskPlace,
): A2aStreamResponse {
  const artifactId = textArtifactId(messageId);
  const metadata = carrying(event, filled(rest));
  const artifact: A2aArtifact = { artifactId, parts: [{ text: content as string }] };
  const base = { taskId: event.runId, contextId, artifact };
  const lastChunk = rest['finishReason'] !== undefined;
  if (opened.has(artifactId)) {
    return {
      artifactUpdate: lastChunk
        ? { ...base, append: true, lastChunk, metadata }
        : { ...base, append: true, metadata },
    };
  }
  return { artifactUpdate: lastChunk ? { ...base, lastChunk, metadata } : { ...base, metadata } };
}

/** The artifact of an event there, and how its parts are put together with those that are known. */
interface ArtifactPlace {
  readonly artifactId: string;
  readonly append: boolean;
  readonly lastChunk: boolean;
}

/** A `partial` artifact is a piece that belongs behind the pieces before it, unless it says so itself. */
export function artifactPlace(
  { artifactId: ours, partial, last, append: wanted }: JsonObject,
  { opened }: Pick<TaskPlace, 'opened'>,
): ArtifactPlace {
  // What says how it is put together came from A2A, and has its id from there.
  const isOwn = wanted === undefined && OWN_ARTIFACT.test(ours as string);
  const artifactId = isOwn ? `~${ours as string}` : (ours as string);
  const append = wanted === undefined ? partial === true && opened.has(artifactId) : wanted === true;
  return { artifactId, append, lastChunk: last === true || partial !== true };
}

function artifactUpdate(event: RunEvent, data: JsonObject, place: TaskPlace): A2aStreamResponse {
  const { artifactId, append, lastChunk } = artifactPlace(data, place);
  const { artifactId: _, name, description, data: held, ...rest } = data;
  const artifact: A2aArtifact = {
    artifactId,
    ...(typeof name === 'string' && { name }),
    ...(typeof description === 'string' && { description }),
    parts: toParts(held ?? null, rest['artifactType']),
  };
  return {
    artifactUpdate: {
      ...{ taskId: event.runId, contextId: place.contextId, artifact },
      ...(append && { append }),
      ...(lastChunk && { lastChunk }),
      metadata: carrying(event, rest),
    },
  };
}

/** What the agent returned is an artifact, as A2A wants results; it has no cursor, since its event is not over. */
function outputUpdate(event: RunEvent, output: Json, { contextId }: TaskPlace): A2aStreamResponse {
  const artifact = { artifactId: OUTPUT_ARTIFACT, parts: toParts(output) };
  const metadata = { [EXTENSION]: { partOf: event.type } };
  return { artifactUpdate: { taskId: event.runId, contextId, artifact, lastChunk: true, metadata } };
}

function statusUpdate(event: RunEvent, { contextId }: TaskPlace): A2aStreamResponse {
  const { runId: taskId, time: timestamp } = event;
  const { field, text } = saidBy(event);
  const rest = restOf(event, field);
  const state = taskStateOf(event);
  const status = {
    state,
    ...(text !== undefined && { message: agentMessage(event, contextId, text) }),
    timestamp,
  };
  return { statusUpdate: { taskId, contextId, status, metadata: carrying(event, rest) } };
}

/** The field of an event's data that is what the agent says at this event, and what it says. */
export function saidBy({ type, data }: RunEvent): { readonly field?: string; readonly text?: string } {
  const field = ROWS.get(type)?.text;
  const members: JsonObject = data;
  const text = field === undefined ? undefined : members[field];
  return typeof text === 'string' ? { field: field!, text } : {};
}

/** What else there is in the data. */
function restOf({ type, data }: RunEvent, field: string | undefined): JsonObject | undefined {
  const { [field ?? '']: _, ...rest }: JsonObject = data;
  if (type !== 'complete') return filled(field === undefined ? data : rest);
  const { output: __, ...others } = rest;
  return filled(others);
}

/** The state that a task is in behind this event. */
export function taskStateOf(event: RunEvent): A2aTaskState {
  const { type, data, final } = event;
  if (final) {
    const isRefused = type === 'error' && REJECTIONS.includes(event.data.code);
    return isRefused ? 'TASK_STATE_REJECTED' : (ENDS[type] ?? 'TASK_STATE_FAILED');
  }
  if (type !== 'status') return ROWS.get(type)?.state ?? 'TASK_STATE_WORKING';
  // A status tells and never ends: only an end may look like one.
  const state = STATES[(data as { readonly status: keyof typeof STATES }).status];
  return state === undefined || TERMINAL.has(state) ? 'TASK_STATE_WORKING' : state;
}

/** What the agent says at this event. */
export function agentMessage(event: RunEvent, contextId: string, text: string): A2aMessage {
  const parts: readonly A2aPart[] = [{ text }];
  return { messageId: event.id, role: 'ROLE_AGENT', parts, taskId: event.runId, contextId };
}

/** Something that came from A2A is told as it came. */
function toldAlready(event: RunEvent): A2aStreamResponse | undefined {
  const { metadata } = event;
  const response =
    metadata && (carriedIn(metadata)?.['response'] as unknown as A2aStreamResponse | undefined);
  if (!response) return undefined;
  const [[name, told] = []] = Object.entries(response) as [string, JsonObject][];
  if (name === undefined || !told) return undefined;
  const carried = { cursor: event.id, type: event.type, time: event.time };
  const own = { ...(told['metadata'] as JsonObject | undefined), [EXTENSION]: carried };
  return { [name]: { ...told, metadata: own } } as unknown as A2aStreamResponse;
}

function carrying(event: RunEvent, data: JsonObject | undefined): Metadata {
  const { id: cursor, type, time, source, node, cause, metadata } = event;
  // Most events have none of them, and this is the way of every token.
  if (source === undefined && node === undefined && cause === undefined && metadata === undefined) {
    return { [EXTENSION]: data ? { cursor, type, time, data } : { cursor, type, time } };
  }
  const more = { ...(source && { source }), ...(node !== undefined && { node }) };
  const rest = { ...(cause !== undefined && { cause }), ...(metadata && { metadata }) };
  return { [EXTENSION]: { cursor, type, time, ...(data && { data }), ...more, ...rest } };
}

function filled(data: JsonObject): JsonObject | undefined {
  for (const name in data) if (data[name] !== undefined) return data;
  return undefined;
}
