import { asyncScheduler } from 'rxjs';
import {
  readAgentLog,
  type AgentLogFormat,
  type LogEvent,
  type LogReader,
} from '../../bridges/agent-logs/index.ts';
import type { ProducedEvent } from '../../client/index.ts';
import type { JsonObject } from '../../index.ts';

/** Whose lines a program prints: said, found out, or nobody's. */
export type OutputFormat = AgentLogFormat | 'auto' | 'text';

/**
 * Reads the JSON lines of an agent among those that a program prints. By itself only behind a line with which an agent
 * opens its output, and that the first JSON object is, so that other programs are recorded as ever.
 */
export class AgentOutput {
  #reader: LogReader | undefined;
  #isDecided: boolean;

  constructor(format: OutputFormat) {
    this.#isDecided = format !== 'auto';
    if (format !== 'auto' && format !== 'text') this.#reader = readAgentLog(format);
  }

  /** The events of a line; `undefined` if it is no agent's. */
  read(record: JsonObject): readonly ProducedEvent[] | undefined {
    if (!this.#isDecided) {
      this.#isDecided = true;
      const format = openedBy(record);
      if (format !== undefined) this.#reader = readAgentLog(format);
    }
    return this.#reader?.read(record, asyncScheduler.now()).map(produced);
  }

  /** What was held until more is known. */
  end(): readonly ProducedEvent[] {
    return this.#reader?.end().events.map(produced) ?? [];
  }
}

function produced({ type, data, source, node, metadata }: LogEvent): ProducedEvent {
  return { type, data, source, node, metadata };
}

function openedBy(record: JsonObject): AgentLogFormat | undefined {
  const { type, subtype, timestamp, id, cwd, part, error, source, kind } = record;
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
  const isText = (...values: unknown[]): boolean => values.every(value => typeof value === 'string');
  if (type === 'thread.started' && isText(record['thread_id'])) return 'codex';
  if (type === 'system' && subtype === 'init' && isText(record['session_id'])) return 'claude-code';
  if (type === 'session' && isText(timestamp, id, cwd)) return 'pi';
  const isOpencode = isObject(part) || (type === 'error' && isObject(error));
  if (isOpencode && isText(type, record['sessionID'])) return 'opencode';
  if (isText(id, source, timestamp) && typeof kind === 'string' && kind.endsWith('Event')) return 'openhands';
  return undefined;
}
