import type { JsonObject } from '../../event/json.ts';
import { listOf, objectOf, textOf, type LogTeller } from './log-teller.ts';
import { opencodeEnding, opencodeError, OpencodeMessages } from './opencode-messages.ts';
import type { Dialect } from './record-reader.ts';

const RECORD = new Set(['id', 'type', 'properties']);
const LINE = new Set(['type', 'timestamp', 'sessionID', 'part']);
const INFO = new Set(['info', 'sessionID']);
const PROPERTIES = new Set(['part', 'delta', 'sessionID', 'time']);
const DELTA = new Set(['sessionID', 'messageID', 'partID', 'field', 'delta']);
const TODOS = new Set(['sessionID', 'todos']);

/**
 * Events of an opencode server (`/event`), what `opencode run --format json` prints, what `opencode export` writes, and
 * the messages and parts that it stored as files.
 */
export function opencodeLog(teller: LogTeller): Dialect {
  const messages = new OpencodeMessages(teller);
  const sent = (record: JsonObject, properties: JsonObject): boolean => {
    const { messageID, partID, field, delta } = properties;
    switch (record['type']) {
      case 'message.updated':
        if (!messages.message(objectOf(properties['info']))) return false;
        teller.keep(properties, INFO);
        break;
      case 'message.part.updated':
        if (!messages.part(objectOf(properties['part']))) return false;
        teller.keep(properties, PROPERTIES);
        break;
      case 'message.part.delta':
        if (field !== 'text' || !messages.delta(textOf(partID), textOf(messageID), textOf(delta)))
          return false;
        teller.keep(properties, DELTA);
        break;
      case 'todo.updated':
        if (!planned(teller, properties)) return false;
        teller.keep(properties, TODOS);
        break;
      case 'session.error':
        teller.unknown('session.error');
        failed(teller, objectOf(properties['error']));
        return true;
      case 'session.status':
        if (objectOf(properties['status'])['type'] === 'idle') messages.idle();
        return false;
      case 'session.idle':
        messages.idle();
        return false;
      default:
        return false;
    }
    teller.keep(record, RECORD);
    return true;
  };
  const printed = (record: JsonObject): boolean => {
    const part = objectOf(record['part']);
    switch (record['type']) {
      case 'text':
      case 'reasoning':
      case 'tool_use':
        if (!messages.part(part)) return false;
        break;
      case 'step_finish':
        messages.step(part);
        break;
      case 'error':
        teller.unknown('error');
        failed(teller, objectOf(record['error']));
        return true;
      case 'done':
        messages.idle();
        return false;
      default:
        return false;
    }
    teller.keep(record, LINE);
    return true;
  };
  const exported = (record: JsonObject): void => {
    const { messages: all, ...rest } = record;
    teller.begin(rest, latest(rest, rest));
    teller.unknown('session', rest);
    const events = [...teller.take()];
    for (const it of listOf(all)) {
      const { info, parts } = objectOf(it);
      // Its parts need its role, and it ends behind them.
      messages.message({ ...objectOf(info), time: null });
      for (const part of listOf(parts)) {
        const stored = objectOf(part);
        teller.begin(stored, latest({}, { part: stored }));
        if (!messages.part(stored)) teller.unknown('part');
        events.push(...teller.take());
      }
      teller.begin(objectOf(info), latest({}, { info: objectOf(info) }));
      if (!messages.message(objectOf(info))) teller.unknown('message');
      events.push(...teller.take());
    }
    const last = objectOf(objectOf(listOf(all).at(-1))['info']);
    if (typeof objectOf(last['time'])['completed'] === 'number') messages.idle();
    teller.begin(rest, NaN);
    teller.restore(events);
  };
  return {
    read(record) {
      const { type, info } = record;
      if (Array.isArray(record['messages']) && typeof info === 'object') return exported(record);
      const properties = objectOf(record['properties']);
      if (typeof record['messageID'] === 'string') {
        teller.begin(record, latest({}, { part: record }));
        if (!messages.part(record)) teller.unknown('part');
      } else if (typeof record['role'] === 'string') {
        teller.begin(record, latest({}, { info: record }));
        if (!messages.message(record)) teller.unknown('message');
      } else {
        teller.begin(record, latest(record, properties));
        if (!sent(record, properties) && !printed(record)) teller.unknown(type);
      }
    },
  };
}

/** How far a list of things to do is. */
function planned(teller: LogTeller, properties: JsonObject): boolean {
  const todos = listOf(properties['todos']);
  if (todos.length === 0) return false;
  const current = todos.filter(todo => objectOf(todo)['status'] === 'completed').length;
  const total = todos.length;
  teller.tell('progress', { step: 'todos', current, total, fraction: current / total, details: { todos } });
  return true;
}

function failed(teller: LogTeller, error: JsonObject): void {
  teller.error(textOf(error['name']) || 'AGENT_FAILED', opencodeError(error));
  teller.ending = opencodeEnding(error);
}

/** The latest of the times that a record has, and they are only in its parts. */
function latest(record: JsonObject, properties: JsonObject): number {
  if (typeof record['timestamp'] === 'number') return record['timestamp'];
  const part = objectOf(properties['part']);
  const holders = [properties, objectOf(properties['info']), part, objectOf(part['state'])];
  const times = holders.flatMap(holder => Object.values(objectOf(holder['time'])));
  const found = [...times, properties['time']].filter(time => typeof time === 'number');
  return found.length === 0 ? NaN : Math.max(...found);
}
