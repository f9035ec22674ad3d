import type { Backend, Batch } from '../../src/backends/backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { LawRun } from '../../src/testing/backend-laws/law-run.ts';
import type { RedisLab } from '../backends/redis/redis-lab.ts';
import { collect, type Collected } from '../support/collect.ts';
import { until } from '../support/settle.ts';
import type { Anomaly } from './anomaly.ts';
import { checkHistory } from './check-history.ts';
import { monotonicTime, WHOLE, type HistoryRecord, type Noted } from './history.ts';
import { noteItem } from './read-record.ts';

/** A run whose writers and readers note what they do, for the checker. */
export class ToldRun {
  readonly run: LawRun;
  readonly #lab: RedisLab;
  readonly #records: HistoryRecord[] = [];

  private constructor(lab: RedisLab, run: LawRun) {
    this.#lab = lab;
    this.run = run;
  }

  static async create(lab: RedisLab, backend: Backend): Promise<ToldRun> {
    const told = new ToldRun(lab, await LawRun.create(backend, lab));
    told.note({ kind: 'started', run: told.id, by: 'first' });
    return told;
  }

  get id(): string {
    return this.run.record.runId;
  }

  note(record: Noted): void {
    this.#records.push({ t: monotonicTime(), ...record });
  }

  /** Appends one event for each text, each a batch; whether all were taken. `through` tells another writer. */
  async say(
    texts: readonly string[],
    {
      by = 'first',
      log = undefined as Backend['log'] | undefined,
      fence = undefined as string | undefined,
    } = {},
  ): Promise<boolean> {
    const { run, id } = this;
    for (const text of texts) {
      const end = text === 'end' ? 'complete' : undefined;
      const batch: Batch = { ...run.batch([text], end), ...(fence !== undefined && { fence }) };
      this.note({ kind: 'tried', run: id, by, type: end ?? 'token', ...(end ? {} : { mark: text }) });
      const answer = await (log ? log.append(run.key, batch) : run.append(batch));
      if (answer.result !== 'ok') return false;
      run.written.push(...batch.entries);
      if (!end) this.note({ kind: 'acked', run: id, by, mark: text, id: answer.cursor });
    }
    return true;
  }

  /** Reads through an engine of its own, behind a cursor or from the start. */
  read(reader: string, backend: Backend, after = 'start'): Reading {
    const engine = createEngine({ backend });
    const { id } = this;
    const { tenantId } = this.run.record;
    this.note({ kind: 'began', run: id, reader, after });
    const seen = collect(engine.events(id, { after, tenantId }), item => {
      // The text of an event is its mark here.
      const { type, data } = item as { readonly type?: string; readonly data?: { readonly content: string } };
      const note = (record: Noted): void =>
        this.note(type === 'token' ? ({ ...record, mark: data!.content } as Noted) : record);
      noteItem({ note }, { run: id, reader }, item);
    });
    return { engine, seen };
  }

  /** Notes that a reader was given its end, if it was. */
  async finish(reader: string, { engine, seen }: Reading): Promise<void> {
    if (seen.completed) this.note({ kind: 'ended', run: this.id, reader });
    await engine.close();
  }

  /** What the checker finds once the whole run was read again. */
  async anomalies(): Promise<Anomaly['anomaly'][]> {
    const whole = this.read(WHOLE, await this.#lab.open());
    await until(() => whole.seen.ended, 'the end of the whole run');
    await this.finish(WHOLE, whole);
    return [...new Set(checkHistory(this.#records).map(({ anomaly }) => anomaly))].sort();
  }

  /**
   * Remembers what Redis has of the run; the answer gives it back, takes what came since, and breaks all connections, as
   * happens when a replica takes over that was behind.
   */
  async remember(): Promise<() => Promise<void>> {
    const { probe, prefix } = this.#lab;
    const keys = ['m', 's', 'b', 'q', 'd'].map(kind => `${prefix}:${kind}:{${this.run.key}}`);
    const values = await Promise.all(keys.map(key => probe.dumpBuffer(key)));
    return async () => {
      const change = probe.multi().del(...keys);
      for (const [at, value] of values.entries())
        if (value as Buffer | null) change.restore(keys[at]!, 60_000, value, 'REPLACE');
      await change.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').exec();
    };
  }
}

/** A reader at work. */
export interface Reading {
  readonly engine: Engine;
  readonly seen: Collected;
}
