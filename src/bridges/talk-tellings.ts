import type { Json, JsonObject } from '../event/json.ts';
import type { EventOf, EventType, RunEvent } from '../event/run-event.ts';
import { THOUGHT_KINDS, type Texts } from './texts.ts';

/** Says an event; `false` where it is to go under its own name. */
export type Telling<Type extends EventType, Stream> = (
  event: EventOf<Type>,
  stream: Stream,
) => boolean | void;

/** How each type is said that has words of its own. */
export type Tellings<Stream> = { readonly [Type in EventType]?: Telling<Type, Stream> };

/** The same for types that are no part of the vocabulary, but that bridges use. */
export type CustomTellings<Stream> = Readonly<Record<string, (data: JsonObject, stream: Stream) => boolean>>;

/** What came of a call of a tool. */
export type CallResult = { readonly output: Json } | { readonly error: string };

/** Whoever can say what a model says, and which tools it calls. */
export interface Talker {
  readonly texts: Texts;
  call(callId: string, tool: string, args: Json): void;
  /** Arguments of a call, piece by piece. */
  writeCall(callId: string, tool: string, delta: string): void;
  result(callId: string, result: CallResult, event: RunEvent): void;
}

/** How texts, thoughts and calls are told, whatever the words. */
export const TALK_TELLINGS: Tellings<Talker> = {
  token: (event, { texts }) => texts.token(event),
  action(event, { texts }) {
    const { kind, content } = event.data;
    if (content === undefined || !THOUGHT_KINDS.has(kind)) return false;
    texts.closeIn(event.node);
    texts.thought(event, content);
    return true;
  },
  'tool.called'(event, talker) {
    const { callId, tool, args, attempt = 1 } = event.data;
    if (attempt > 1) return false;
    talker.texts.closeIn(event.node);
    talker.call(callId, tool, args);
    return true;
  },
  'tool.completed'(event, talker) {
    const { callId, result: output } = event.data;
    talker.texts.closeIn(event.node);
    talker.result(callId, { output }, event);
  },
  'tool.failed'(event, talker) {
    const { callId, error, willRetry = false } = event.data;
    if (willRetry) return false;
    talker.texts.closeIn(event.node);
    talker.result(callId, { error }, event);
    return true;
  },
};

/** How arguments are told that are still being written. */
export const CUSTOM_TALK_TELLINGS: CustomTellings<Talker> = {
  'custom:tool-input'({ callId, tool, delta }, talker) {
    if (typeof callId !== 'string' || typeof tool !== 'string' || typeof delta !== 'string') return false;
    talker.writeCall(callId, tool, delta);
    return true;
  },
};

/** Says an event if there are words for it. */
export function isSaid<Stream>(
  event: RunEvent,
  stream: Stream,
  { tellings, customs }: { readonly tellings: Tellings<Stream>; readonly customs: CustomTellings<Stream> },
): boolean {
  const { type } = event;
  if (customs[type]?.(event.data, stream)) return true;
  const telling = tellings[type as EventType] as
    ((event: RunEvent, stream: Stream) => boolean | void) | undefined;
  return telling !== undefined && telling(event, stream) !== false;
}
