import type { JsonObject } from '../../event/json.ts';
import type { LogEnding } from './log-event.ts';
import { objectOf, textOf, timeOf, usageOf, type LogTeller } from './log-teller.ts';
import { SnapshotTexts } from './snapshot-texts.ts';

const PART = new Set([
  ...['id', 'type', 'messageID', 'sessionID', 'text', 'time', 'tool', 'callID', 'state'],
]);

/** Messages and parts of opencode, which are sent, stored and exported alike. Each tells false for what says nothing new. */
export class OpencodeMessages {
  readonly #teller: LogTeller;
  readonly #texts = new SnapshotTexts();
  readonly #kinds = new Map<string, 'text' | 'reasoning'>();
  readonly #roles = new Map<string, string>();
  readonly #answered = new Set<string>();

  constructor(teller: LogTeller) {
    this.#teller = teller;
  }

  message(info: JsonObject): boolean {
    const teller = this.#teller;
    const id = textOf(info['id']);
    const role = textOf(info['role']);
    if (role === 'user' && !this.#roles.has(id)) teller.ending = { status: 'unsaid' };
    this.#roles.set(id, role);
    const { created, completed } = objectOf(info['time']);
    if (role !== 'assistant' || typeof completed !== 'number' || this.#answered.has(id)) return false;
    this.#answered.add(id);
    const { error, tokens, cost } = info;
    if (error !== undefined) {
      teller.tell('llm.failed', { callId: id || 'answer', error: opencodeError(error), info });
      teller.ending = opencodeEnding(objectOf(error));
      return true;
    }
    const { input, output } = objectOf(tokens);
    teller.answered(id || 'answer', info, usageOf(input, output, cost), completed - timeOf(created));
    return true;
  }

  part(part: JsonObject): boolean {
    const { type } = part;
    if (type === 'tool') {
      if (!this.#tool(part)) return false;
    } else if (type === 'text' || type === 'reasoning') {
      const id = textOf(part['id']) || textOf(part['messageID']) || 'text';
      this.#kinds.set(id, type);
      const { text, name } = this.#texts.take(id, textOf(part['text']));
      this.#say(text, name, type, textOf(part['messageID']));
    } else return false;
    this.#teller.keep(part, PART);
    return true;
  }

  /** A piece of a text; nothing but its part says of which. */
  delta(partId: string, messageId: string, piece: string): boolean {
    const kind = this.#kinds.get(partId);
    if (kind === undefined) return false;
    this.#say(piece, this.#texts.add(partId, piece), kind, messageId);
    return true;
  }

  /** A step of `opencode run`, which tells no messages. */
  step(part: JsonObject): void {
    const { reason, tokens, cost } = part;
    const { input, output } = objectOf(tokens);
    const callId = textOf(part['messageID']) || textOf(part['id']) || 'step';
    this.#teller.answered(callId, part, usageOf(input, output, cost));
    this.#teller.ending = { status: reason === 'stop' ? 'completed' : 'unsaid' };
  }

  /** The agent waits for the next question. */
  idle(): void {
    this.#texts.clear();
    this.#kinds.clear();
    if (this.#teller.ending.status === 'unsaid') this.#teller.ending = { status: 'completed' };
  }

  #say(text: string, name: string, kind: 'text' | 'reasoning', messageId: string): void {
    if (kind === 'reasoning') this.#teller.thought(text, name);
    else if (this.#roles.get(messageId) === 'user') this.#teller.user(text, name);
    else if (text !== '') this.#teller.said(text, name);
  }

  #tool(part: JsonObject): boolean {
    const teller = this.#teller;
    const callId = textOf(part['callID']) || textOf(part['id']) || 'call';
    const state = objectOf(part['state']);
    const { status, input } = state;
    const isOver = status === 'completed' || status === 'error';
    if ((status !== 'running' && !isOver) || (status === 'running' && teller.isCalled(callId))) return false;
    if (!teller.isCalled(callId)) teller.called(callId, textOf(part['tool']), input ?? null);
    const { start, end } = objectOf(state['time']);
    const took =
      typeof start === 'number' && typeof end === 'number' && end >= start ? end - start : undefined;
    if (status === 'completed') teller.completed(callId, state, took);
    else if (status === 'error') teller.failed(callId, textOf(state['error']));
    return true;
  }
}

/** How a session ends with an error, unless it goes on. */
export function opencodeEnding(error: JsonObject): LogEnding {
  const said = opencodeError(error);
  if (error['name'] === 'MessageAbortedError') return { status: 'cancelled', reason: said };
  return { status: 'failed', code: textOf(error['name']) || 'AGENT_FAILED', message: said };
}

/** What an error of opencode says. */
export function opencodeError(error: unknown): string {
  const { name, data } = objectOf(error);
  return textOf(objectOf(data)['message']) || textOf(name) || 'error';
}
