import type { Json, JsonObject } from '../../event/json.ts';
import type { EventSource } from '../../event/run-event.ts';
import { isPlainObject } from '../plain-json.ts';
import { thinkingOf, unknownPart } from '../produced.ts';
import type { AgentLogFormat, LogEnding, LogEvent } from './log-event.ts';

/** The years 0 to 9999, in milliseconds since the Unix epoch. */
const FIRST = Date.UTC(-1, 12, 1);
const LAST = Date.UTC(10_000, 0, 1) - 1;

/** Gathers the events of one record, with its time and the members that nobody read. */
export class LogTeller {
  readonly #format: AgentLogFormat;
  /** When a call began, by its id. */
  readonly #calls = new Map<string, number>();
  #events: LogEvent[] = [];
  #record: JsonObject = {};
  #at = NaN;
  #time: string | undefined;
  #node: string | undefined;
  #log: JsonObject | undefined;
  /** When the record was heard, in milliseconds since the Unix epoch; `NaN` where nobody listened. */
  heardAt = NaN;
  ending: LogEnding = { status: 'unsaid' };

  constructor(format: AgentLogFormat) {
    this.#format = format;
  }

  /** Milliseconds since the Unix epoch; `NaN` before a record has said a time. */
  get at(): number {
    return this.#at;
  }

  /** The time of a record is when it was heard, else what it says, else that of the one before. */
  begin(record: JsonObject, said: number, node?: string): void {
    this.#events = [];
    this.#record = record;
    this.#log = undefined;
    this.#node = node;
    const at = Number.isNaN(this.heardAt) ? said : this.heardAt;
    // What RFC 3339 cannot say is no time.
    if (at >= FIRST && at <= LAST && at !== this.#at) {
      this.#at = at;
      this.#time = new Date(at).toISOString();
    }
  }

  /** Tells within a node that may be another than that of the record. */
  within(node: string | undefined, tell: () => void): void {
    const before = this.#node;
    this.#node = node;
    tell();
    this.#node = before;
  }

  /** Goes on behind events that were taken. */
  restore(events: readonly LogEvent[]): void {
    this.#events = [...events];
  }

  /** Keeps the members of `object` that are not `known`. */
  keep(object: JsonObject, known: ReadonlySet<string>): void {
    const others = Object.entries(object).filter(([name]) => !known.has(name));
    if (others.length > 0) this.#log = { ...this.#log, ...Object.fromEntries(others) };
  }

  /** What was told since `begin`. Members of a record that says nothing else are told as the whole record. */
  take(): readonly LogEvent[] {
    const log = this.#log;
    if (log === undefined) return this.#events;
    const [first, ...rest] = this.#events;
    if (!first) this.unknown(this.#record['type']);
    else if (first.data !== this.#record) return [{ ...first, metadata: { log } }, ...rest];
    return this.#events;
  }

  tell(type: string, data: JsonObject, source?: EventSource): void {
    const event: { -readonly [Name in keyof LogEvent]: LogEvent[Name] } = { type, data };
    if (source !== undefined) event.source = source;
    if (this.#node !== undefined) event.node = this.#node;
    if (this.#time !== undefined) event.time = this.#time;
    this.#events.push(event);
  }

  unknown(name: unknown, record: JsonObject = this.#record): void {
    this.tell(unknownPart(this.#format, name, record).type, record);
  }

  user(content: Json | undefined, messageId: string): void {
    if (isSaid(content)) this.tell('token', { content, messageId, role: 'user' }, 'user');
  }

  said(content: Json | undefined, messageId: string, finishReason?: string): void {
    if (!isSaid(content) && finishReason === undefined) return;
    this.tell('token', {
      content: isSaid(content) ? content : '',
      messageId,
      ...(finishReason !== undefined && { finishReason }),
    });
  }

  thought(content: Json | undefined, messageId: string): void {
    if (isSaid(content)) this.tell('token', { content, ...thinkingOf(messageId) });
  }

  called(callId: string, tool: string, args: Json): void {
    this.#calls.set(callId, this.#at);
    this.tell('tool.called', { callId, tool: tool || 'tool', args });
  }

  isCalled(callId: string): boolean {
    return this.#calls.has(callId);
  }

  /** Something that was called before begins now. */
  beginCall(callId: string): void {
    this.#calls.set(callId, this.#at);
  }

  completed(callId: string, result: Json, took?: number): void {
    const since = this.#since(callId);
    const durationMs = isAmount(took) ? took : since;
    this.tell('tool.completed', { callId, result, durationMs }, 'environment');
  }

  failed(callId: string, error: string): void {
    this.#calls.delete(callId);
    this.tell('tool.failed', { callId, error: error || 'it failed' }, 'environment');
  }

  answered(callId: string, response: JsonObject, usage: JsonObject | undefined, durationMs = 0): void {
    this.tell('llm.response', {
      callId,
      response,
      durationMs: isAmount(durationMs) ? durationMs : 0,
      ...(usage && { usage }),
    });
  }

  /** An error that the log goes on behind; the agent has failed if nothing else says how it ended. */
  error(code: string, message: string): void {
    this.tell('error', { code, message, recoverable: true }, 'runtime');
    this.ending = { status: 'failed', code, message };
  }

  #since(callId: string): number {
    const began = this.#calls.get(callId);
    this.#calls.delete(callId);
    return began !== undefined && this.#at >= began ? this.#at - began : 0;
  }
}

/** Usage in our words; nothing where there is no number. */
export function usageOf(input: unknown, output: unknown, cost?: unknown): JsonObject | undefined {
  if (!isCount(input) && !isCount(output)) return undefined;
  return {
    ...(isCount(input) && { inputTokens: input }),
    ...(isCount(output) && { outputTokens: output }),
    ...(isAmount(cost) && { cost }),
  };
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function objectOf(value: unknown): JsonObject {
  return isPlainObject(value) ? value : {};
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The text of content that is a text or a list of parts. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map(part => textOf(objectOf(part)['text']))
    .filter(text => text !== '')
    .join('\n');
}

/** Milliseconds since the Unix epoch. Times without a zone are UTC; `NaN` for what is no time. */
export function timeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return NaN;
  return Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(value) ? value : `${value}Z`);
}

/** A step of a node path. */
export function nodeOf(name: unknown): string | undefined {
  return typeof name === 'string' && /^[\w.-]{1,64}$/.test(name) ? name : undefined;
}

function isSaid(content: Json | undefined): content is string {
  return typeof content === 'string' && content !== '';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && isAmount(value);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
