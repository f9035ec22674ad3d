import type { JsonObject } from '../../event/json.ts';
import { objectOf, textOf, timeOf, usageOf, type LogTeller } from './log-teller.ts';
import type { Dialect } from './record-reader.ts';
import { SnapshotTexts } from './snapshot-texts.ts';

const RECORD = new Set(['type', 'properties']);
const PROPERTIES = new Set(['part', 'delta']);
const PART = new Set([
  ...['id', 'type', 'messageID', 'sessionID', 'text', 'time', 'tool', 'callID', 'state'],
]);

/** Events of an opencode server (`/event`), and what `opencode run --format json` prints. */
export function opencodeLog(teller: LogTeller): Dialect {
  const texts = new SnapshotTexts();
  const roles = new Map<string, string>();
  const answered = new Set<string>();
  const message = (info: JsonObject): void => {
    const id = textOf(info['id']);
    const role = textOf(info['role']);
    if (role === 'user' && !roles.has(id)) teller.ending = { status: 'unsaid' };
    roles.set(id, role);
    const { created, completed } = objectOf(info['time']);
    if (role !== 'assistant' || typeof completed !== 'number' || answered.has(id))
      return teller.unknown('message.updated');
    answered.add(id);
    const { error, tokens, cost } = info;
    if (error !== undefined) {
      teller.tell('llm.failed', { callId: id, error: messageOf(error), info });
      return;
    }
    const { input, output } = objectOf(tokens);
    teller.answered(id, info, usageOf(input, output, cost), completed - timeOf(created));
  };
  const part = (record: JsonObject, properties: JsonObject): void => {
    const it = objectOf(properties['part'] ?? record['part']);
    const messageId = textOf(it['messageID']);
    switch (it['type']) {
      case 'text':
      case 'reasoning': {
        const id = textOf(it['id']) || messageId;
        const { text, name } = texts.take(id, textOf(it['text']));
        if (it['type'] === 'reasoning') teller.thought(text, name);
        else if (roles.get(messageId) === 'user') teller.user(text, name);
        else teller.said(text, name);
        return teller.keep(it, PART);
      }
      case 'tool':
        if (tool(teller, it)) return teller.keep(it, PART);
        return teller.unknown('message.part.updated');
      default:
        return teller.unknown(textOf(record['type']));
    }
  };
  return {
    read(record) {
      const properties = objectOf(record['properties']);
      teller.begin(record, latest(record, properties));
      switch (record['type']) {
        case 'message.updated':
          message(objectOf(properties['info']));
          teller.keep(properties, new Set(['info']));
          return teller.keep(record, RECORD);
        case 'message.part.updated':
          part(record, properties);
          teller.keep(properties, PROPERTIES);
          return teller.keep(record, RECORD);
        case 'text':
        case 'reasoning':
        case 'tool_use':
          part(record, record);
          return teller.keep(record, new Set([...RECORD, 'timestamp', 'sessionID', 'part']));
        case 'session.error':
          teller.unknown('session.error');
          return failed(teller, objectOf(properties['error']));
        case 'error':
          teller.unknown('error');
          return failed(teller, objectOf(record['error']));
        case 'session.idle':
          texts.clear();
          if (teller.ending.status === 'unsaid') teller.ending = { status: 'completed' };
          return teller.unknown('session.idle');
        default:
          return teller.unknown(record['type']);
      }
    },
  };
}

function tool(teller: LogTeller, part: JsonObject): boolean {
  const callId = textOf(part['callID']) || textOf(part['id']) || 'call';
  const state = objectOf(part['state']);
  const { status, input } = state;
  const isOver = status === 'completed' || status === 'error';
  if ((status !== 'running' && !isOver) || (status === 'running' && teller.isCalled(callId))) return false;
  if (!teller.isCalled(callId)) teller.called(callId, textOf(part['tool']), input ?? null);
  const { start, end } = objectOf(state['time']);
  const took = typeof start === 'number' && typeof end === 'number' && end >= start ? end - start : undefined;
  if (status === 'completed') teller.completed(callId, state, took);
  else if (status === 'error') teller.failed(callId, textOf(state['error']));
  return true;
}

function failed(teller: LogTeller, error: JsonObject): void {
  const said = messageOf(error);
  teller.error(textOf(error['name']) || 'AGENT_FAILED', said);
  if (error['name'] === 'MessageAbortedError') teller.ending = { status: 'cancelled', reason: said };
}

function messageOf(error: unknown): string {
  const { name, data } = objectOf(error);
  return textOf(objectOf(data)['message']) || textOf(name) || 'error';
}

/** The latest of the times that a record has, and they are only in its parts. */
function latest(record: JsonObject, properties: JsonObject): number {
  if (typeof record['timestamp'] === 'number') return record['timestamp'];
  const part = objectOf(properties['part']);
  const holders = [properties, objectOf(properties['info']), part, objectOf(part['state'])];
  const times = holders.flatMap(holder => Object.values(objectOf(holder['time'])));
  const found = times.filter(time => typeof time === 'number');
  return found.length === 0 ? NaN : Math.max(...found);
}
