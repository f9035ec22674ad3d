import { messageOf } from '../../errors/error-text.ts';
import type { JsonObject } from '../../event/json.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { isPlainObject, plainJson, plainObject } from '../plain-json.ts';
import { thinkingOf, unknownPart, type Produced, type StreamReader } from '../produced.ts';
import { CallParts, type ApprovalRequest } from './call-parts.ts';
import { promptOf, usageOf, type TokenUsage } from './model-call.ts';

/** How a stream of the AI SDK is read. */
export interface TextStreamReaderOptions {
  /** What ids of texts, files and steps begin with: unique in the run, where it reads several streams. Default: nothing. */
  readonly prefix?: string | undefined;
  /** Whether a tool, or a call, is told by somebody else already. Default: nobody does. */
  readonly isTold?: ((tool: unknown, callId: unknown) => boolean) | undefined;
  /** Measures how long steps take. Default: that of the machine. */
  readonly clock?: Clock | undefined;
}

/**
 * Reads the parts of `streamText(…).fullStream` of the AI SDK, and of UI message streams after `partOfChunk`. What is no
 * part of the table becomes `custom:ai-sdk.<type>`, and data parts (`data-<name>`) `custom:<name>`. Memory: ids of the
 * texts of one step, and open calls.
 */
export class TextStreamReader implements StreamReader {
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #calls: CallParts;
  readonly #approvals: ApprovalRequest[] = [];
  readonly #texts = new Map<string, string | undefined>();
  #step = 1;
  #stepSince: number | undefined;
  #files = 0;
  #finishReason: string | undefined;
  #usage: TokenUsage | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor({ prefix = '', isTold = () => false, clock = systemClock }: TextStreamReaderOptions = {}) {
    this.#prefix = prefix;
    this.#clock = clock;
    this.#calls = new CallParts(clock, isTold);
  }

  /** Why it ended, as the last `finish` or `finish-step` said. */
  get finishReason(): string | undefined {
    return this.#finishReason;
  }

  /** Of the whole stream, once it is over. */
  get usage(): TokenUsage | undefined {
    return this.#usage;
  }

  /** What the stream said went wrong, and what an agent is to throw. */
  get failure(): { readonly thrown: unknown } | undefined {
    return this.#failure;
  }

  /** Calls that wait for a person; taking them forgets them. */
  takeApprovals(): ApprovalRequest[] {
    return this.#approvals.splice(0);
  }

  read(part: unknown): readonly Produced[] {
    const members = plainShallow(part);
    const { type, id } = members;
    this.#stepSince ??= monotonicOf(this.#clock);
    switch (type) {
      case 'start':
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
        return [];
      case 'start-step':
        this.#stepSince = monotonicOf(this.#clock);
        return [{ type: 'llm.prompt', data: { callId: this.#stepId, ...promptOf(members['request']) } }];
      case 'text-delta':
        return this.#text(members, { messageId: this.#named(id) });
      case 'reasoning-delta':
        return this.#text(members, thinkingOf(this.#named(id)));
      case 'source':
        return [{ type: 'custom:source', data: without(plainObject(part), 'type') }];
      case 'file':
        return [this.#file(members)];
      case 'finish-step':
        return this.#finishStep(members);
      case 'finish':
        this.#finishReason = wordOf(members['finishReason']) ?? this.#finishReason;
        this.#usage = usageOf(members['totalUsage']) ?? this.#usage;
        return this.#metadata(members);
      case 'abort':
        this.#failure ??= { thrown: abortError(members['reason']) };
        return [];
      case 'error':
        this.#failure ??= { thrown: errorOf(members['error']) };
        return [];
      case 'tool-approval-request':
        this.#approvals.push(this.#calls.approvalOf(members));
        return [];
      default:
        return this.#calls.read(members) ?? [unknownOf(members, part)];
    }
  }

  /** What is still open failed: with what the stream threw. */
  fail(thrown: unknown): readonly Produced[] {
    return this.#calls.fail(messageOf(thrown));
  }

  get #stepId(): string {
    return `${this.#prefix}step-${this.#step}`;
  }

  #named(id: unknown): string {
    return `${this.#stepId}/${wordOf(id) ?? 'text'}`;
  }

  #text({ text }: Members, { messageId, role }: { messageId: string; role?: string }): Produced[] {
    if (typeof text !== 'string' || text === '') return [];
    this.#texts.set(messageId, role);
    return [{ type: 'token', data: { content: text, messageId, ...(role !== undefined && { role }) } }];
  }

  #file({ file, mediaType, url }: Members): Produced {
    const { mediaType: type, base64 } = (file ?? {}) as { mediaType?: unknown; base64?: unknown };
    const artifactType = wordOf(mediaType) ?? wordOf(type) ?? 'application/octet-stream';
    const data: JsonObject = url === undefined ? { base64: plainJson(base64) } : { url: plainJson(url) };
    return {
      type: 'artifact',
      data: { artifactId: `${this.#prefix}file-${++this.#files}`, artifactType, data },
    };
  }

  #finishStep(members: Members): Produced[] {
    const finishReason = wordOf(members['finishReason']);
    this.#finishReason = finishReason ?? this.#finishReason;
    const durationMs = since(this.#clock, this.#stepSince ?? monotonicOf(this.#clock));
    const usage = usageOf(members['usage']);
    const { modelId, id } = plainObject(members['response'] ?? {});
    const response: JsonObject = {
      ...(typeof id === 'string' && { id }),
      ...(typeof modelId === 'string' && { model: modelId }),
      ...(finishReason !== undefined && { finishReason }),
    };
    const ends = [...this.#texts].map(([messageId, role]): Produced => ({
      type: 'token',
      data: {
        ...{ content: '', messageId, finishReason: finishReason ?? 'stop' },
        ...(role !== undefined && { role }),
      },
    }));
    this.#texts.clear();
    const callId = this.#stepId;
    const name = `step-${this.#step++}`;
    this.#stepSince = undefined;
    return [
      ...ends,
      { type: 'llm.response', data: { callId, response, durationMs, ...(usage && { usage: { ...usage } }) } },
      { type: 'step', data: { name, durationMs } },
    ];
  }

  /** What a UI message stream says of its message besides. */
  #metadata({ messageMetadata }: Members): Produced[] {
    if (messageMetadata === undefined) return [];
    return [unknownPart('ai-sdk', 'message-metadata', { messageMetadata: plainJson(messageMetadata) })];
  }
}

type Members = Readonly<Record<string, unknown>>;

/** The members as they are: what a part holds may be dear to copy, and most of it is not looked at. */
function plainShallow(part: unknown): Members {
  return typeof part === 'object' && part !== null ? (part as Members) : { type: typeof part, value: part };
}

function unknownOf(members: Members, part: unknown): Produced {
  const { type } = members;
  const data = plainObject(part);
  if (typeof type !== 'string' || !type.startsWith('data-')) return unknownPart('ai-sdk', type, data);
  const name = `custom:${type
    .slice('data-'.length)
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .slice(0, 64)}`;
  const { data: inner, ...rest } = without(data, 'type');
  if (!/^custom:[A-Za-z_]/.test(name)) return unknownPart('ai-sdk', type, data);
  // One with an id may be told anew: it is kept, beside what it says.
  const isAlone = Object.keys(rest).length === 0 && isPlainObject(inner);
  return { type: name, data: isAlone ? inner : { ...rest, data: inner ?? null } };
}

function without(data: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = data;
  return rest;
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function errorOf(error: unknown): unknown {
  return typeof error === 'string' ? new Error(error) : error;
}

function abortError(reason: unknown): unknown {
  return new DOMException(
    `the stream was aborted${typeof reason === 'string' ? `: ${reason}` : ''}`,
    'AbortError',
  );
}
