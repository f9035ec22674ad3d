import type { RunKey } from '../backend.ts';

/**
 * Where things are. What belongs to one run has its key as hash tag, so that in a cluster it is on one node and a
 * script may touch all of it:
 *
 * - `p:m:{tenant/run}` hash: the record, `s` tip, `h` its chain, `k` oldest event that is kept, `c` the final one, `f`
 *   fence, `o` the instance that has it, `x` a cancel that waits, `t` last activity, `px` what the keys live at most
 * - `p:s:{tenant/run}` stream: the events, one entry for each batch (see `scripts/append.ts`)
 * - `p:b:{tenant/run}` list: the last batches that retention took
 * - `p:q:{tenant/run}`, `p:d:{tenant/run}` list and hash: commands that wait; the ids of those that came, and what the
 *   owner said to them
 *
 * The rest is found without a run: `p:runs:tenant` and `p:due` sorted sets, hints that are checked against the run;
 * `p:key:tenant/key` the run of an idempotency key; `p:news` stream of what became of records; `p:lease:instance`,
 * `p:instances`, `p:owned:instance`, `p:inbox:instance`; `p:n?:{notes}` what services beside
 * the runs note. Ids have none of `{}:/*`. What policies remember has keys of its own (see `policy-keys.ts`).
 */
export class RedisKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Head, stream, batches, commands and their keys, in the order in which every script takes them. */
  ofRun(key: RunKey): readonly [head: string, stream: string, batches: string, queue: string, seen: string] {
    const tag = `{${key}}`;
    const p = this.#prefix;
    return [`${p}:m:${tag}`, `${p}:s:${tag}`, `${p}:b:${tag}`, `${p}:q:${tag}`, `${p}:d:${tag}`];
  }

  /** Where a change of a log is hinted at. */
  channel(key: RunKey): string {
    return `${this.#prefix}:h:${key}`;
  }

  runs(tenantId: string): string {
    return `${this.#prefix}:runs:${tenantId}`;
  }

  repeat(tenantId: string, idempotencyKey: string): string {
    return `${this.#prefix}:key:${tenantId}/${idempotencyKey}`;
  }

  lease(instance: string): string {
    return `${this.#prefix}:lease:${instance}`;
  }

  owned(instance: string): string {
    return `${this.#prefix}:owned:${instance}`;
  }

  inbox(instance: string): string {
    return `${this.#prefix}:inbox:${instance}`;
  }

  /** Names, texts, places and holders of notes, what each holder has, and the leases (see `scripts/notes.ts`). */
  get notes(): readonly string[] {
    return ['nn', 'nt', 'np', 'nh', 'no', 'nl'].map(name => `${this.#prefix}:${name}:{notes}`);
  }

  get due(): string {
    return `${this.#prefix}:due`;
  }

  get instances(): string {
    return `${this.#prefix}:instances`;
  }

  /** The channel on which one connection hears itself. */
  echo(name: string): string {
    return `${this.#prefix}:echo:${name}`;
  }

  /** A stream, and the channel of its hints. */
  get news(): string {
    return `${this.#prefix}:news`;
  }
}
