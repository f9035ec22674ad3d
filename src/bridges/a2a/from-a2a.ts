import type { EventSource } from '../../event/run-event.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import { fromParts, toParts } from './artifact-parts.ts';
import { EVENTS, EXTENSION, TERMINAL, TEXT_ARTIFACT } from './event-table.ts';
import { carriedIn, withoutCarried, type Carried } from './extension.ts';
import type {
  A2aArtifactUpdate,
  A2aMessage,
  A2aPart,
  A2aStatusUpdate,
  A2aStreamResponse,
  A2aTask,
  A2aTaskState,
} from './wire.ts';

/** An event as a producer appends it to a run. */
export interface ProducedEvent {
  readonly type: string;
  readonly data: JsonObject;
  readonly source?: EventSource;
  readonly node?: string;
  readonly cause?: number;
  readonly metadata?: JsonObject;
}

/** The type under which the state that another agent tells is kept: `status` itself is the engine's. */
export const STATUS_TYPE = 'custom:status';

const TEXT_FIELDS: ReadonlyMap<string, string | undefined> = new Map(EVENTS.map(row => [row.ours, row.text]));

/**
 * What a stream of A2A carried as events. What came from a run of Sluice is the same events again. What another agent
 * said becomes the nearest event we have: an end, an `artifact`, or a `custom:status`; where that cannot say all of it,
 * it is kept whole in the event's `metadata`, so that `toStreamResponses` tells it as it came. Pure and synchronous.
 */
export function fromStreamResponses(responses: Iterable<A2aStreamResponse>): readonly ProducedEvent[] {
  const events: ProducedEvent[] = [];
  let output: Json | undefined;
  for (const response of responses) {
    if (isOutput(response)) {
      output = fromParts(response.artifactUpdate.artifact.parts);
      continue;
    }
    const event = fromStreamResponse(response);
    if (!event) continue;
    const isEnd = event.type === 'complete' && output !== undefined && event.data['output'] === undefined;
    events.push(isEnd ? { ...event, data: { ...event.data, output: output! } } : event);
    output = undefined;
  }
  return events;
}

/** One response as one event; `undefined` for what begins a stream of ours, and is no event. */
export function fromStreamResponse(response: A2aStreamResponse): ProducedEvent | undefined {
  const { told, carried } = carriedBy(response);
  if (carried?.type !== undefined) return ownEvent(told, carried as Carried & { readonly type: string });
  if (carried?.cursor !== undefined || carried?.partOf !== undefined) return undefined;
  return foreignEvent(response);
}

function ownEvent(
  told: Told,
  { type, data, source, node, cause, metadata }: Carried & { readonly type: string },
): ProducedEvent {
  return {
    type,
    data: { ...saidBy(type, told, data), ...data },
    ...(source !== undefined && { source: source as EventSource }),
    ...(node !== undefined && { node }),
    ...(cause !== undefined && { cause }),
    ...(metadata && { metadata }),
  };
}

type Told = A2aTask | A2aMessage | A2aStatusUpdate | A2aArtifactUpdate;

function carriedBy(response: A2aStreamResponse): {
  readonly told: Told;
  readonly carried: Carried | undefined;
} {
  const told = Object.values(response)[0] as Told;
  return { told, carried: carriedIn(told.metadata) };
}

/** What the update itself says of an event of ours. */
function saidBy(type: string, told: Told, rest: JsonObject | undefined): JsonObject {
  if ('artifact' in told) {
    const { artifactId, name, description, parts } = told.artifact;
    if (type === 'token') {
      const messageId = artifactId.slice(TEXT_ARTIFACT.length + 1);
      return { content: parts[0]?.text ?? '', ...(artifactId !== TEXT_ARTIFACT && { messageId }) };
    }
    return {
      artifactId: rest?.['append'] === undefined ? artifactId.replace(/^~/, '') : artifactId,
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      data: fromParts(parts, rest?.['artifactType']),
    };
  }
  const field = TEXT_FIELDS.get(type);
  const text = 'status' in told ? textOf(told.status.message?.parts) : undefined;
  return field !== undefined && text !== undefined ? { [field]: text } : {};
}

/** The end of a run of ours has its output in an update of its own. */
function isOutput(
  response: A2aStreamResponse,
): response is Extract<A2aStreamResponse, { readonly artifactUpdate: unknown }> {
  if (!('artifactUpdate' in response)) return false;
  return carriedIn(response.artifactUpdate.metadata)?.partOf !== undefined;
}

function foreignEvent(response: A2aStreamResponse): ProducedEvent {
  const kept = { metadata: { [EXTENSION]: { response: withoutOwn(response) as unknown as Json } } };
  if ('artifactUpdate' in response) {
    const event = foreignArtifact(response.artifactUpdate);
    // Text in pieces must be where redaction puts pieces together, and nowhere else.
    return saysAll(response.artifactUpdate, event) ? event : { ...event, ...kept };
  }
  if ('message' in response) {
    return { type: 'complete', data: { output: fromParts(response.message.parts), durationMs: 0 }, ...kept };
  }
  const { status } = 'task' in response ? response.task : response.statusUpdate;
  return { ...foreignStatus(status.state, textOf(status.message?.parts)), ...kept };
}

function foreignArtifact({ artifact, append, lastChunk }: A2aArtifactUpdate): ProducedEvent {
  const { artifactId, name, description, parts } = artifact;
  const artifactType = kindOf(parts[0]);
  const data = {
    ...{ artifactId, artifactType, append: append === true },
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    data: fromParts(parts, artifactType),
    ...(lastChunk === true ? { last: true } : { partial: true }),
  };
  return { type: 'artifact', data };
}

/** Whether `toStreamResponses` gives back all of it. */
function saysAll({ artifact, metadata }: A2aArtifactUpdate, { data }: ProducedEvent): boolean {
  const { artifactId: _, name: __, description: ___, parts, ...others } = artifact;
  if (metadata !== undefined || Object.keys(others).length > 0) return false;
  return JSON.stringify(toParts(data['data'] ?? null, data['artifactType'])) === JSON.stringify(parts);
}

function foreignStatus(state: A2aTaskState, text: string | undefined): ProducedEvent {
  const said = (field: string): JsonObject => (text === undefined ? {} : { [field]: text });
  switch (TERMINAL.has(state) ? state : undefined) {
    case 'TASK_STATE_COMPLETED':
      return { type: 'complete', data: { ...said('summary'), durationMs: 0 } };
    case 'TASK_STATE_CANCELED':
      return { type: 'cancelled', data: said('reason') };
    case 'TASK_STATE_REJECTED':
      return { type: 'error', data: failure('VETOED', text ?? 'the agent rejected the task') };
    case 'TASK_STATE_FAILED':
      return { type: 'error', data: failure('AGENT_ERROR', text ?? 'the agent failed') };
    default:
      return { type: STATUS_TYPE, data: { state: nameOf(state), ...said('message') } };
  }
}

function failure(code: string, message: string): JsonObject {
  return { code, message, recoverable: false };
}

/** `TASK_STATE_INPUT_REQUIRED` in the words of people: `input-required`. */
function nameOf(state: string): string {
  return state
    .replace(/^TASK_STATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
}

function kindOf(part: A2aPart | undefined): string {
  if (!part) return 'data';
  if (part.mediaType !== undefined && part.mediaType !== '') return part.mediaType;
  if (part.text !== undefined) return 'text';
  return part.data === undefined ? 'file' : 'data';
}

/** The texts of parts, one line each; `undefined` if there is none. */
export function textOf(parts: readonly A2aPart[] | undefined): string | undefined {
  const texts = (parts ?? []).flatMap(({ text }) => (text === undefined ? [] : [text]));
  return texts.length === 0 ? undefined : texts.join('\n');
}

function withoutOwn(response: A2aStreamResponse): A2aStreamResponse {
  const [[name, told] = []] = Object.entries(response) as [string, { readonly metadata?: JsonObject }][];
  if (name === undefined || !told) return response;
  const { metadata, ...rest } = told;
  const others = withoutCarried(metadata);
  return { [name]: { ...rest, ...(others && { metadata: others }) } } as unknown as A2aStreamResponse;
}
