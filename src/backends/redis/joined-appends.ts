import { isSluiceError } from '../../errors/sluice-error.ts';
import { afterThisCall } from '../../time/after-this-call.ts';
import type { AppendResult, Batch, RunKey } from '../backend.ts';
import { linesOf } from './entry-text.ts';
import type { Extension } from './known-end.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { EXTEND } from './scripts/extend.ts';

/** Logs that one script extends, and characters that go with it: Redis does nothing else meanwhile. */
const MOST_LOGS = 64;
const MOST_CHARS = 262_144;

/** What joined appends are made of. */
export interface JoinedParts {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  /** A log was extended. */
  readonly extended: (extension: Extension) => void;
  /** It was not, and is not as it was known: asks why, or appends another way. */
  readonly instead: (key: RunKey, batch: Batch) => Promise<AppendResult>;
  /** Nobody knows whether it was. */
  readonly failed: (key: RunKey) => void;
}

interface Waiting {
  readonly extension: Extension;
  readonly resolve: (answer: AppendResult | Promise<AppendResult>) => void;
  readonly reject: (error: unknown) => void;
}

/** Appends of one turn of the event loop to many logs, by one script: calling it costs more than what it does. */
export class JoinedAppends {
  readonly #parts: JoinedParts;
  #waiting: Waiting[] = [];
  #chars = 0;
  #mostLogs: number;

  constructor(parts: JoinedParts) {
    this.#parts = parts;
    this.#mostLogs = parts.link.isCluster ? 1 : MOST_LOGS;
  }

  add(extension: Extension): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) afterThisCall(() => this.flush());
      this.#waiting.push({ extension, resolve, reject });
      this.#chars += extension.chars - extension.end.chars;
      if (this.#waiting.length >= this.#mostLogs || this.#chars > MOST_CHARS) this.flush();
    });
  }

  /** Sends what waits, so that what is sent next comes after it. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#chars = 0;
    if (waiting.length > 0) void this.#send(waiting);
  }

  async #send(waiting: readonly Waiting[]): Promise<void> {
    const { link, keys: names, extended, instead, failed } = this.#parts;
    const keys: string[] = [];
    const args: (string | number)[] = [];
    for (const { extension } of waiting) {
      const { key, batch, end, seq, hash, chars, kept } = extension;
      const [head, stream] = names.ofRun(key);
      keys.push(head, stream);
      args.push(
        ...[end.hash, batch.fence ?? '', seq, hash, `${batch.after} ${end.hash} ${end.chars} ${batch.id}`],
        ...[linesOf(batch.entries), chars, names.channel(key), kept > end.kept ? kept : ''],
      );
    }
    let done: readonly number[];
    try {
      done = await link.run<readonly number[]>(EXTEND, keys, args);
    } catch (error) {
      for (const { extension } of waiting) failed(extension.key);
      if (!isAcrossNodes(error)) return waiting.forEach(({ reject }) => reject(error));
      // What looks like one server and is many: each log by itself from now on.
      this.#mostLogs = 1;
      done = [];
    }
    for (const [at, { extension, resolve }] of waiting.entries()) {
      const { key, batch, cursor, seq } = extension;
      if (done[at] === 1) {
        extended(extension);
        resolve({ result: 'ok', first: batch.after + 1, last: seq, cursor });
      } else {
        failed(key);
        resolve(instead(key, batch));
      }
    }
  }
}

/** Redis refuses a script that touches logs of several nodes, before it does anything. */
function isAcrossNodes(error: unknown): boolean {
  return isSluiceError(error, 'STORAGE_LOST') && error.message.includes('got CROSSSLOT.');
}
