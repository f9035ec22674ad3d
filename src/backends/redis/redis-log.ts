import { chainNext, chainStart } from '../../event/chain.ts';
import type { AppendResult, Batch, Log, LogQuery, ReadResult, RunKey } from '../backend.ts';
import { hashOf, linesOf } from './entry-text.ts';
import { JoinedAppends } from './joined-appends.ts';
import { extensionOf, type Extension, type KnownEnd } from './known-end.ts';
import { pageOf, type ReadReply } from './log-page.ts';
import { plainRead } from './plain-read.ts';
import type { RedisHub } from './redis-hub.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { APPEND } from './scripts/append.ts';
import { READ } from './scripts/read.ts';
import { TRIM } from './scripts/trim.ts';

/** What the script `append` answers. */
type AppendReply = readonly [
  result: 'ok' | 'duplicate' | 'lost' | 'fenced' | 'forked' | 'gap' | 'closed' | 'cancelRequested',
  ...values: string[],
];

/** Ends of logs that this process wrote last: enough for a busy one; who is not among them costs one reading. */
const KNOWN_ENDS = 10_000;

/** What a Redis log is made of. */
export interface RedisLogParts {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly hub: RedisHub;
  /** Only for how long ago something was. */
  readonly now: () => number;
}

/** The events of all runs. Watchers of this process ring before an append is answered. */
export class RedisLog implements Log {
  readonly #parts: RedisLogParts;
  readonly #ends = new Map<RunKey, KnownEnd>();
  readonly #joined: JoinedAppends;

  constructor(parts: RedisLogParts) {
    this.#parts = parts;
    this.#joined = new JoinedAppends({
      ...{ link: parts.link, keys: parts.keys },
      extended: extension => this.#extended(extension),
      instead: (key, batch) => this.#appendAlone(key, batch),
      failed: key => this.#remember(key, undefined),
    });
  }

  append(key: RunKey, batch: Batch): Promise<AppendResult> {
    const end = this.#ends.get(key);
    const extension = end && extensionOf(end, { key, batch, now: this.#parts.now() });
    if (extension) return this.#joined.add(extension);
    // Calls come to Redis in the order in which they were made.
    this.#joined.flush();
    return this.#appendAlone(key, batch);
  }

  async read(key: RunKey, query: LogQuery): Promise<ReadResult> {
    const { link, keys } = this.#parts;
    const { after, epoch = '', hash, limit, bytes = Infinity, reverse = false } = query;
    this.#joined.flush();
    const plain = limit > 0 && !reverse ? await plainRead(this.#parts, key, query) : undefined;
    if (plain) return plain;
    const most = Math.min(bytes, Number.MAX_SAFE_INTEGER);
    const reply = await link.run<ReadReply>(READ, keys.ofRun(key), [
      ...[after, epoch, hash === undefined ? '0' : '1', Math.min(limit, Number.MAX_SAFE_INTEGER), most],
      reverse ? '1' : '0',
    ]);
    return pageOf(reply, query);
  }

  watch(key: RunKey, ring: () => void): () => void {
    return this.#parts.hub.watch(key, ring);
  }

  async trim(key: RunKey, seq: number): Promise<void> {
    const { link, keys, hub } = this.#parts;
    this.#joined.flush();
    const trimmed = await link.run<number>(TRIM, keys.ofRun(key), [seq, keys.channel(key)]);
    if (trimmed === 1) hub.ring(key);
  }

  async #appendAlone(key: RunKey, batch: Batch): Promise<AppendResult> {
    const { link, keys, hub } = this.#parts;
    const { id, fence = '', after, entries, end = '' } = batch;
    const { cursor } = entries.at(-1)!;
    const [epoch, last] = [cursor.slice(0, cursor.indexOf('.')), after + entries.length];
    let chars = 0;
    for (const { bytes } of entries) chars += bytes;
    const prev = await this.#prevOf(key, batch, epoch);
    const reply = await link.run<AppendReply>(APPEND, keys.ofRun(key), [
      ...[epoch, id, fence, after, last, prev, hashOf(cursor), chars, end],
      ...[keys.channel(key), linesOf(entries)],
    ]);
    switch (reply[0]) {
      case 'ok':
      case 'duplicate':
        if (reply[0] === 'ok') this.#remember(key, end === '' ? this.#endOf(reply, last, cursor) : undefined);
        hub.ring(key);
        return { result: reply[0], first: after + 1, last, cursor };
      case 'gap':
        return { result: 'gap', expected: Number(reply[1]) };
      case 'closed':
        return { result: 'closed', end: Number(reply[1]) };
      case 'cancelRequested':
        return { result: 'cancelRequested', reason: reply[1]!.slice(1) || undefined };
      case 'forked':
        // Another writer's events stand where this one's stood: after a failover there were two. This one gives way.
        return { result: 'fenced' };
      default:
        return { result: reply[0] };
    }
  }

  /** The chain that the batch goes on from, as its writer has it; a text that no log ends with where nobody knows. */
  async #prevOf(key: RunKey, { after, entries }: Batch, epoch: string): Promise<string> {
    if (after === 0) return chainStart(epoch);
    const { line, cursor } = entries[0]!;
    const leadsHere = (hash: string | undefined): hash is string =>
      hash !== undefined && chainNext(hash, line) === hashOf(cursor);
    const known = this.#ends.get(key);
    if (known?.seq === after && leadsHere(known.hash)) return known.hash;
    const answer = await this.read(key, { after: 0, limit: 0 });
    if (answer.result !== 'page' || answer.tip !== after) return '?';
    const hash = hashOf(answer.cursor);
    return leadsHere(hash) ? hash : '?';
  }

  #extended({ key, end, seq, hash, chars, kept }: Extension): void {
    Object.assign(end, { seq, hash, chars, kept });
    this.#parts.hub.ring(key);
  }

  /** What is known of a log from now on: the oldest knowledge goes first. */
  #remember(key: RunKey, end: KnownEnd | undefined): void {
    this.#ends.delete(key);
    if (!end) return;
    this.#ends.set(key, end);
    if (this.#ends.size > KNOWN_ENDS) this.#ends.delete(this.#ends.keys().next().value!);
  }

  #endOf([, ...values]: AppendReply, seq: number, cursor: string): KnownEnd {
    const [age, life, chars, charsBefore, kept, storedAfter, events, bytes] = values.map(Number) as [
      ...[number, number, number, number, number, number, number, number],
    ];
    const bounds = { life, charsBefore, storedAfter, events, bytes };
    return { seq, hash: hashOf(cursor), chars, kept, renewedAt: this.#parts.now() - age, ...bounds };
  }
}
