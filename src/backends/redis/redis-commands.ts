import { SluiceError } from '../../errors/sluice-error.ts';
import { randomName } from '../../time/random-name.ts';
import type { Command, CommandOutcome, Commands, RunKey, TakenCommand } from '../backend.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { INDEX_RUN, UNLIST } from './scripts/index-run.ts';
import { SAY, SEND, TAKE } from './scripts/send.ts';

/** A week, like the memory of whose runs are whose. */
const MEMORY = 604_800_000;
/** Commands of one run that may wait, and characters of all of them beside the first. */
const MOST_WAITING = 100;
const MOST_CHARS = 1_048_576;
/** Commands of one run of which it is known that they came, and what became of them. */
const MOST_KNOWN = 1_000;
/** Runs and characters of commands that are taken at once. */
const AT_ONCE = 100;
const CHARS_AT_ONCE = 4_194_304;

/**
 * Commands wait with the run; the inbox of the instance that owns it says where to look. A cancel also stands in the
 * head of the run, where an append sees it. What was acknowledged is not lost with the sender; what was handed over is
 * handed over again only where the answer did not arrive. Memory in Redis: of one run 100 commands or 1 MiB that wait,
 * and what became of 1,000.
 */
export class RedisCommands implements Commands {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #taken: (key: RunKey) => void;

  /** `taken` is told of runs that an instance may believe to have, and another one has. */
  constructor(link: RedisLink, keys: RedisKeys, taken: (key: RunKey) => void) {
    this.#link = link;
    this.#keys = keys;
    this.#taken = taken;
  }

  async send(key: RunKey, command: Command, id: string): Promise<void> {
    const cancel = command.command === 'cancel' ? `:${command.reason ?? ''}` : '';
    const [answer, owner] = await this.#link.run<[string, string?]>(SEND, this.#keys.ofRun(key), [
      ...[id, JSON.stringify([id, command]), cancel],
      ...[MOST_WAITING, MOST_CHARS, MOST_KNOWN],
    ]);
    if (answer === 'absent')
      throw new SluiceError('RUN_NOT_FOUND', 'send: expected a run of this id, got none.');
    if (answer === 'full') throw commandsFull();
    // Counted, so that whoever takes what came before does not strike it out.
    if (owner) await this.#link.run(INDEX_RUN, [this.#keys.inbox(owner)], ['INCR', 1, key, MEMORY]);
  }

  async take(instance: string): Promise<readonly TakenCommand[]> {
    const inbox = this.#keys.inbox(instance);
    const listed = await this.#link.send<string[]>('zrange', inbox, 0, AT_ONCE - 1, 'WITHSCORES');
    const taken: TakenCommand[] = [];
    let chars = 0;
    try {
      for (let at = 0; at < listed.length && chars < CHARS_AT_ONCE; at += 2) {
        const key = listed[at] as RunKey;
        const args = [instance, randomName(8)];
        const commands = await this.#link.run<string[] | null>(TAKE, this.#keys.ofRun(key), args);
        if (!commands) this.#taken(key);
        for (const text of commands ?? []) {
          chars += text.length;
          const [id, command] = JSON.parse(text) as [string, Command];
          taken.push({ key, id, command });
        }
        // What came since was counted, and stays listed.
        await this.#link.run(UNLIST, [inbox], [key, listed[at + 1]!]);
      }
    } catch (error) {
      // What was taken is nowhere else.
      if (taken.length === 0) throw error;
    }
    return taken;
  }

  async settle(key: RunKey, id: string, outcome: CommandOutcome): Promise<void> {
    await this.#link.run(SAY, this.#keys.ofRun(key), [id, JSON.stringify(outcome)]);
  }

  async outcome(key: RunKey, id: string): Promise<CommandOutcome | 'ended' | undefined> {
    const [head, , , , seen] = this.#keys.ofRun(key);
    // In this order: what was said before the end is seen where the end is.
    const [[nonce, end], said] = await Promise.all([
      this.#link.send<[string | null, string | null]>('hmget', head, 'n', 'c'),
      this.#link.send<string | null>('hget', seen, id),
    ]);
    if (said) return JSON.parse(said) as CommandOutcome;
    return nonce === null || end !== null ? 'ended' : undefined;
  }
}

function commandsFull(): SluiceError {
  return new SluiceError(
    'COMMANDS_FULL',
    `send: expected at most ${MOST_WAITING} commands or ${MOST_CHARS} characters to wait for the owner of one run, ` +
      'got one more. Try again when the owner has taken some, or another process has taken the run.',
  );
}
