import { SluiceError } from '../../errors/sluice-error.ts';
import { randomName } from '../../time/random-name.ts';
import type { Command, Commands, RunKey } from '../backend.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { INDEX_RUN, UNLIST } from './scripts/index-run.ts';
import { SEND, TAKE } from './scripts/send.ts';

/** A week, like the memory of whose runs are whose. */
const MEMORY = 604_800_000;

/**
 * Commands wait with the run; the inbox of the instance that owns it says where to look. A cancel also stands in the
 * head of the run, where an append sees it. What was acknowledged is not lost with the sender; what was handed over is
 * handed over again only where the answer did not arrive.
 */
export class RedisCommands implements Commands {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #now: () => number;

  constructor(link: RedisLink, keys: RedisKeys, now: () => number) {
    this.#link = link;
    this.#keys = keys;
    this.#now = now;
  }

  /** Rejects with `RUN_NOT_FOUND`; what comes after the end of a run is dropped. */
  async send(key: RunKey, command: Command, idempotencyKey: string): Promise<void> {
    const cancel = command.command === 'cancel' ? `:${command.reason ?? ''}` : '';
    const args = [idempotencyKey, JSON.stringify(command), cancel];
    const [answer, owner] = await this.#link.run<[string, string?]>(SEND, this.#keys.ofRun(key), args);
    if (answer === 'absent')
      throw new SluiceError('RUN_NOT_FOUND', 'send: expected a run of this id, got none.');
    if (owner) await this.#link.run(INDEX_RUN, [this.#keys.inbox(owner)], ['CH', this.#now(), key, MEMORY]);
  }

  async take(instance: string): Promise<readonly { readonly key: RunKey; readonly command: Command }[]> {
    const inbox = this.#keys.inbox(instance);
    const listed = await this.#link.send<string[]>('zrange', inbox, 0, 99, 'WITHSCORES');
    const taken: { readonly key: RunKey; readonly command: Command }[] = [];
    for (let at = 0; at < listed.length; at += 2) {
      const key = listed[at] as RunKey;
      const commands = await this.#link.run<string[] | null>(TAKE, this.#keys.ofRun(key), [
        instance,
        randomName(8),
      ]);
      for (const text of commands ?? []) taken.push({ key, command: JSON.parse(text) as Command });
      // What came since has a later time, and stays listed.
      await this.#link.run(UNLIST, [inbox], [key, listed[at + 1]!]);
    }
    return taken;
  }
}
