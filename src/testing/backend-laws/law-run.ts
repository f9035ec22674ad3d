import type { Awaitable } from '../../backends/awaitable.ts';
import {
  runKey,
  type AppendResult,
  type Backend,
  type Batch,
  type Idempotency,
  type LogQuery,
  type ReadResult,
  type RunKey,
  type RunRecord,
} from '../../backends/backend.ts';
import { chainNext, chainStart } from '../../event/chain.ts';
import { encodeLine } from '../../event/codec.ts';
import { formatCursor } from '../../event/cursor.ts';
import { Entry } from '../../event/entry.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { isoTime } from '../../time/iso-time.ts';
import { newId } from '../../time/new-id.ts';
import { randomName } from '../../time/random-name.ts';
import { breach } from '../law.ts';
import type { BackendLab } from './backend-lab.ts';
import { mustEqual } from './must-equal.ts';

/** What two entries have in common if they are the same event. */
export type Seen = readonly [cursor: string, line: string];

export function seen(entries: readonly Entry[]): Seen[] {
  return entries.map(({ cursor, line }) => [cursor, line]);
}

type Lease = NonNullable<Backend['lease']>;
type Membership = Awaited<ReturnType<Lease['join']>>;
const memberships = new WeakMap<Backend, Awaitable<Membership>>();
const instances = new WeakMap<Backend, string>();

/** The membership of a backend with leases, as one instance: joined at the first call. */
export function membershipOf(backend: Backend): Awaitable<Membership> {
  let membership = memberships.get(backend);
  if (!membership) memberships.set(backend, (membership = leaseOf(backend).join(instanceOf(backend))));
  return membership;
}

/** As what a backend joins. */
export function instanceOf(backend: Backend): string {
  let instance = instances.get(backend);
  if (instance === undefined) instances.set(backend, (instance = newId()));
  return instance;
}

export function leaseOf({ lease }: Backend): Lease {
  return lease ?? breach('expected a shared backend to have leases, got none');
}

/** A record as an engine makes it, of a tenant of its own unless told otherwise. */
export function recordOf(lab: BackendLab, change: Partial<RunRecord> = {}): RunRecord {
  const now = isoTime(lab.clock.now());
  return {
    runId: newId(),
    tenantId: `law-${randomName(8)}`,
    epoch: randomName(8),
    status: 'running',
    createdAt: now,
    updatedAt: now,
    ttl: lab.ttl ?? 60_000,
    keep: { events: 10_000, bytes: 16_000_000 },
    ...change,
  };
}

/** The one writer of a run, who remembers what it wrote: the array that every backend must look like. */
export class LawRun {
  readonly record: RunRecord;
  readonly key: RunKey;
  /** Everything that was written, also what retention took since. */
  readonly written: Entry[] = [];
  readonly #backend: Backend;
  readonly #fence: string | undefined;

  private constructor(backend: Backend, record: RunRecord, fence: string | undefined) {
    this.#backend = backend;
    this.record = record;
    this.key = runKey(record.tenantId, record.runId);
    this.#fence = fence;
  }

  /** Creates the run and, where there are leases, claims it. */
  static async create(
    backend: Backend,
    lab: BackendLab,
    change: Partial<RunRecord> = {},
    idempotency?: Idempotency,
  ): Promise<LawRun> {
    const record = recordOf(lab, change);
    const { result } = await backend.directory.create(record, idempotency);
    if (result !== 'created') breach(`expected a new run to be created, got "${result}"`);
    return new LawRun(backend, record, await claim(backend, runKey(record.tenantId, record.runId)));
  }

  /** The cursor of the newest event that was written. */
  get cursor(): string {
    return (
      this.written.at(-1)?.cursor ??
      formatCursor({ epoch: this.record.epoch, seq: 0, hash: this.#startHash() })
    );
  }

  /** A batch that follows what was written, one event for each text; not appended. */
  batch(texts: readonly string[], end?: Batch['end']): Batch {
    const after = this.written.length;
    const entries: Entry[] = [];
    let hash = this.cursor.slice(this.cursor.lastIndexOf('.') + 1);
    texts.forEach((text, index) => {
      const final = end !== undefined && index === texts.length - 1;
      const entry = this.#entry(after + index + 1, text, final ? end : undefined, hash);
      hash = entry.cursor.slice(entry.cursor.lastIndexOf('.') + 1);
      entries.push(entry);
    });
    return { id: newId(), after, entries, ...(end && { end }), ...(this.#fence && { fence: this.#fence }) };
  }

  append(batch: Batch): Awaitable<AppendResult> {
    return this.#backend.log.append(this.key, batch);
  }

  /** Appends a batch that must be taken, and remembers it. */
  async must(batch: Batch): Promise<Batch> {
    const first = batch.after + 1;
    const last = batch.after + batch.entries.length;
    const { cursor } = batch.entries.at(-1)!;
    mustEqual(await this.append(batch), { result: 'ok', first, last, cursor }, 'answer to an append');
    this.written.push(...batch.entries);
    return batch;
  }

  write(...texts: string[]): Promise<Batch> {
    return this.must(this.batch(texts));
  }

  end(end: NonNullable<Batch['end']> = 'complete'): Promise<Batch> {
    return this.must(this.batch(['end'], end));
  }

  read(query: Partial<LogQuery> = {}): Awaitable<ReadResult> {
    return this.#backend.log.read(this.key, { after: 0, limit: 1_000, ...query });
  }

  /** Reads a page, which must be one. */
  async page(query: Partial<LogQuery> = {}): Promise<Extract<ReadResult, { result: 'page' }>> {
    const answer = await this.read(query);
    return answer.result === 'page' ? answer : breach(`read: expected a page, got ${JSON.stringify(answer)}`);
  }

  /** Everything that is kept, page by page, after the gap if there is one. */
  async kept(limit = 7): Promise<Entry[]> {
    const all: Entry[] = [];
    for (let after = 0; ;) {
      const answer = await this.read({ after, limit });
      if (answer.result === 'gap') {
        if (all.length > 0) breach(`read: a gap after ${after}, where nothing was trimmed`);
        after = answer.to;
        continue;
      }
      if (answer.result !== 'page') return breach(`read: expected a page, got ${JSON.stringify(answer)}`);
      if (answer.entries.length === 0) return all;
      all.push(...answer.entries);
      after = all.at(-1)!.seq;
    }
  }

  #startHash(): string {
    return this.#backend.flags.chained ? chainStart(this.record.epoch) : '0';
  }

  #entry(seq: number, text: string, end: Batch['end'], previous: string): Entry {
    const { runId, tenantId, epoch, createdAt } = this.record;
    const said = end
      ? { type: end, time: createdAt, data: dataOf(end, text), final: true }
      : { type: 'token', time: createdAt, data: { content: text } };
    const event = { id: '', runId, tenantId, seq, ...said } as RunEvent;
    const line = encodeLine(event);
    const hash = this.#backend.flags.chained ? chainNext(previous, line) : '0';
    const id = formatCursor({ epoch, seq, hash });
    return Entry.ofEvent({ ...event, id }, line.length, line);
  }
}

function dataOf(end: NonNullable<Batch['end']>, text: string): object {
  if (end === 'complete') return { durationMs: 0, output: text };
  return end === 'cancelled' ? { reason: text } : { code: 'AGENT_ERROR', message: text, recoverable: false };
}

async function claim(backend: Backend, key: RunKey): Promise<string | undefined> {
  if (!backend.lease) return undefined;
  await membershipOf(backend);
  const claimed = await backend.lease.claim(key);
  return claimed === 'held' ? breach('claim: expected a fence for a new run, got "held"') : claimed.fence;
}
