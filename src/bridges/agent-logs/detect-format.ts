import type { JsonObject } from '../../event/json.ts';
import { isPlainObject } from '../plain-json.ts';
import type { AgentLogFormat } from './log-event.ts';
import { objectOf, textOf } from './log-teller.ts';

/** Lines that are looked at. */
const ENOUGH = 64;

/**
 * Whose log these lines are, by what their records are made of; the first record that only one agent writes decides.
 * `undefined` if none of the first 64 does. Lines that are no JSON say nothing.
 */
export function detectFormat(lines: Iterable<string>): AgentLogFormat | undefined {
  let left = ENOUGH;
  for (const line of lines) {
    if (left-- === 0) return undefined;
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch {
      continue;
    }
    const format = formatOf(record);
    if (format !== undefined) return format;
  }
  return undefined;
}

/** Whose record it is; `undefined` for one that several could have written. */
export function formatOf(record: unknown): AgentLogFormat | undefined {
  if (!isPlainObject(record)) return undefined;
  if (isCodex(record)) return 'codex';
  if (isClaudeCode(record)) return 'claude-code';
  if (isOpencode(record)) return 'opencode';
  if (isOpenHands(record)) return 'openhands';
  return isPi(record) ? 'pi' : undefined;
}

function isCodex({ type, kind, dir, payload, msg, thread_id: thread, id }: JsonObject): boolean {
  if (typeof dir === 'string' && typeof kind === 'string') return true;
  if (type === 'thread.started') return typeof thread === 'string';
  if (typeof objectOf(msg)['type'] === 'string') return typeof id === 'string';
  return /^(session_meta|event_msg|response_item|turn_context)$/.test(textOf(type)) && isPlainObject(payload);
}

function isClaudeCode({ type, sessionId, session_id: session, message, subtype }: JsonObject): boolean {
  if (typeof sessionId === 'string') return typeof type === 'string';
  return typeof session === 'string' && (isPlainObject(message) || typeof subtype === 'string');
}

function isOpencode(record: JsonObject): boolean {
  const { type, properties, sessionID: session, part, info, messages } = record;
  if (typeof session === 'string') {
    const isStored = /^(msg|prt)_/.test(textOf(record['id']));
    return isStored || isPlainObject(part) || (type === 'error' && isPlainObject(record['error']));
  }
  if (Array.isArray(messages)) return isPlainObject(info) && textOf(info['id']).startsWith('ses_');
  return /^(server|session|message)\.[\w.]+$/.test(textOf(type)) && isPlainObject(properties);
}

function isOpenHands({ kind, action, observation, source, timestamp, history }: JsonObject): boolean {
  if (Array.isArray(history)) return history.some(item => isOpenHands(objectOf(item)));
  if (typeof timestamp !== 'string' || typeof source !== 'string') return false;
  if (typeof kind === 'string') return kind.endsWith('Event');
  return typeof action === 'string' || typeof observation === 'string';
}

function isPi(record: JsonObject): boolean {
  const { type, timestamp, id, cwd, message } = record;
  if (type === 'message_update') return isPlainObject(record['assistantMessageEvent']);
  if (type === 'tool_execution_start') return typeof record['toolCallId'] === 'string';
  if (typeof timestamp !== 'string') return false;
  if (type === 'session') return typeof id === 'string' && typeof cwd === 'string';
  return type === 'message' && typeof objectOf(message)['role'] === 'string';
}
