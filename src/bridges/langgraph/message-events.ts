import type { Json, JsonObject } from '../../event/json.ts';
import type { Clock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { isPlainObject, plainJson, plainObject } from '../plain-json.ts';
import { thinkingOf, type Produced } from '../produced.ts';
import { namespaceOf, pathOf } from './node-paths.ts';

/** A message of LangChain, or a piece of one, as far as it is read. */
interface Message {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly name?: unknown;
  readonly content?: unknown;
  readonly status?: unknown;
  readonly tool_call_id?: unknown;
  readonly tool_call_chunks?: unknown;
  readonly tool_calls?: unknown;
  readonly usage_metadata?: unknown;
  readonly response_metadata?: unknown;
  readonly additional_kwargs?: unknown;
  getType?(): unknown;
}

/** What has come of a message that is still being streamed. */
interface Streamed {
  readonly began: number;
  /** The last call whose arguments were streamed, by the index of LangChain. */
  readonly calls: Map<number, { readonly callId: string; readonly tool: string }>;
}

/** Roles of LangChain's messages in our words; the answers of a model need none. */
export const ROLES: Readonly<Record<string, string>> = {
  human: 'user',
  system: 'system',
  developer: 'developer',
};

const MOST_STREAMED = 1_000;

/**
 * Reads the mode `messages`: text becomes tokens, thoughts tokens with the role `thinking`, arguments of tools that
 * are being written `custom:tool-input`, usage an `llm.response`. What tools answered is not read here.
 */
export class MessageEvents {
  readonly #clock: Clock;
  readonly #streamed = new Map<string, Streamed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(chunk: unknown, namespace: readonly string[]): Produced[] {
    const [message, metadata] = Array.isArray(chunk) ? (chunk as [unknown, unknown]) : [chunk, undefined];
    if (typeof message !== 'object' || message === null) return [];
    const said = message as Message;
    const type = typeOf(said);
    if (type === 'tool') return [];
    const about = plainMetadata(metadata);
    const within = namespaceOf(about['langgraph_checkpoint_ns']);
    const node = within ? pathOf(within) : pathOf(namespace, textOf(about['langgraph_node']));
    const id = textOf(said.id) ?? node ?? 'message';
    const role = ROLES[type];
    const at = { node };
    if (role !== undefined || type !== 'ai') {
      const content = allText(said.content);
      return content === ''
        ? []
        : [{ type: 'token', data: { content, messageId: id, role: role ?? type }, ...at }];
    }
    return [...this.#texts(said, id), ...this.#calls(said, id), ...this.#answer(said, id)].map(event => ({
      ...event,
      ...at,
    }));
  }

  #texts(message: Message, id: string): Produced[] {
    this.#of(id);
    const events: Produced[] = [];
    const thought = plainMetadata(message.additional_kwargs)['reasoning_content'];
    if (typeof thought === 'string' && thought !== '') events.push(thinking(id, thought));
    const blocks = typeof message.content === 'string' ? [message.content] : message.content;
    for (const block of Array.isArray(blocks) ? (blocks as unknown[]) : [])
      events.push(...blockEvents(block, id));
    const finishReason = finishOf(message);
    if (finishReason === undefined) return events;
    const last = events.findLast(({ type, data }) => type === 'token' && data['role'] === undefined);
    if (!last) return [...events, { type: 'token', data: { content: '', messageId: id, finishReason } }];
    return events.map(event =>
      event === last ? { ...event, data: { ...event.data, finishReason } } : event,
    );
  }

  #calls(message: Message, id: string): Produced[] {
    const chunks = Array.isArray(message.tool_call_chunks) ? (message.tool_call_chunks as unknown[]) : [];
    const { calls } = this.#of(id);
    return chunks.flatMap(chunk => {
      const { index, id: callId, name, args } = plainObject(chunk);
      const at = typeof index === 'number' ? index : 0;
      if (typeof callId === 'string') calls.set(at, { callId, tool: textOf(name) ?? '' });
      const call = calls.get(at);
      if (!call || typeof args !== 'string' || args === '') return [];
      return [{ type: 'custom:tool-input', data: { ...call, delta: args, partial: true } }];
    });
  }

  #answer(message: Message, id: string): Produced[] {
    const usage = usageOf(message.usage_metadata);
    if (!usage) return [];
    const metadata = plainMetadata(message.response_metadata);
    const model = textOf(metadata['model_name']) ?? textOf(metadata['model']);
    const finishReason = finishOf(message);
    const response: JsonObject = {
      ...(model !== undefined && { model }),
      ...(finishReason !== undefined && { finishReason }),
    };
    const durationMs = since(this.#clock, this.#of(id).began);
    return [{ type: 'llm.response', data: { callId: id, response, durationMs, usage } }];
  }

  #of(id: string): Streamed {
    const known = this.#streamed.get(id);
    if (known) return known;
    const streamed = { began: monotonicOf(this.#clock), calls: new Map() };
    // The oldest goes: a run of weeks must not keep what it said first.
    if (this.#streamed.size >= MOST_STREAMED) this.#streamed.delete(this.#streamed.keys().next().value!);
    this.#streamed.set(id, streamed);
    return streamed;
  }
}

/** `ai`, `human`, `tool`, `system` … */
export function typeOf(message: { readonly type?: unknown; getType?(): unknown }): string {
  const type = typeof message.getType === 'function' ? message.getType() : message.type;
  return typeof type === 'string' ? type : 'unknown';
}

function thinking(id: string, content: string): Produced {
  return { type: 'token', data: { content, ...thinkingOf(id) } };
}

/** Pieces of content by LangChain's kinds: text, thoughts; all others are kept as they are. */
function blockEvents(block: unknown, id: string): Produced[] {
  if (typeof block === 'string')
    return block === '' ? [] : [{ type: 'token', data: { content: block, messageId: id } }];
  const said = plainObject(block);
  const { type, text } = said;
  switch (type) {
    case 'text':
    case 'text_delta':
      return typeof text === 'string' && text !== '' ? blockEvents(text, id) : [];
    case 'thinking':
    case 'reasoning': {
      const thought = said['thinking'] ?? said['reasoning'];
      return typeof thought === 'string' && thought !== '' ? [thinking(id, thought)] : [];
    }
    // The arguments are told from `tool_call_chunks`, whoever the model is of.
    case 'tool_use':
    case 'tool_call':
    case 'tool_call_chunk':
    case 'input_json_delta':
      return [];
    default:
      return [{ type: 'custom:langgraph.content', data: { messageId: id, block: said } }];
  }
}

function allText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map(block => (typeof block === 'string' ? block : (textOf(plainObject(block)['text']) ?? '')))
    .join('');
}

function finishOf({ response_metadata: about }: Message): string | undefined {
  const metadata = plainMetadata(about);
  return (
    textOf(metadata['finish_reason']) ?? textOf(metadata['stop_reason']) ?? textOf(metadata['finishReason'])
  );
}

function usageOf(usage: unknown): JsonObject | undefined {
  const { input_tokens: input, output_tokens: output } = plainMetadata(usage);
  if (typeof input !== 'number' && typeof output !== 'number') return undefined;
  return {
    ...(typeof input === 'number' && { inputTokens: input }),
    ...(typeof output === 'number' && { outputTokens: output }),
  };
}

function plainMetadata(value: unknown): Readonly<Record<string, Json | undefined>> {
  return isPlainObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What a tool answered, as an event shows it: its content, not the message around it. */
export function toolResultOf(output: unknown): Json {
  const message = output as { content?: unknown; type?: unknown; getType?(): unknown } | null;
  const isMessage = typeof message === 'object' && message !== null && typeOf(message) === 'tool';
  return plainJson(isMessage ? message.content : output);
}
