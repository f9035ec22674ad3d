import type { JsonObject } from '../../event/json.ts';
import { isPlainObject, plainJson } from '../plain-json.ts';
import { unknownPart } from '../produced.ts';
import type { AgentLogFormat, LogEnding, LogEvent, LogReader } from './log-event.ts';
import { LogTeller } from './log-teller.ts';

/** What a format knows: how a record is told. */
export interface Dialect {
  read(record: JsonObject): void;
  /** Tells what was held. */
  end?(): void;
}

/** A reader whose dialect tells objects; whatever else a log holds is told as it is. */
export class RecordReader implements LogReader {
  readonly format: AgentLogFormat;
  readonly #teller: LogTeller;
  readonly #dialect: Dialect;

  constructor(format: AgentLogFormat, dialect: (teller: LogTeller) => Dialect) {
    this.format = format;
    this.#teller = new LogTeller(format);
    this.#dialect = dialect(this.#teller);
  }

  read(record: unknown, heardAt = NaN): readonly LogEvent[] {
    this.#teller.heardAt = heardAt;
    if (!isPlainObject(record)) return [unknownPart(this.format, 'value', { value: plainJson(record) })];
    this.#dialect.read(record);
    return this.#teller.take();
  }

  readLine(line: string): readonly LogEvent[] {
    if (line.trim() === '') return [];
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch {
      return [unknownPart(this.format, 'text', { text: line })];
    }
    return this.read(record);
  }

  end(): { readonly events: readonly LogEvent[]; readonly ending: LogEnding } {
    this.#teller.begin({}, NaN);
    this.#dialect.end?.();
    return { events: this.#teller.take(), ending: this.#teller.ending };
  }
}
