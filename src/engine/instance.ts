import {
  runKey,
  type Backend,
  type Claim,
  type Command,
  type CommandOutcome,
  type RunKey,
  type RunRecord,
  type TakenCommand,
} from '../backends/backend.ts';
import { messageOf } from '../errors/error-text.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { askNotFound } from '../run/asks.ts';
import { isEnded } from '../run/lifecycle.ts';
import type { RunActor } from '../run/run.ts';
import { runGone } from '../run/lost-run.ts';
import { cancelled } from '../run/stop.ts';
import type { Clock } from '../time/clock.ts';
import { newId } from '../time/new-id.ts';
import type { Sweep } from '../time/sweep.ts';
import type { LiveRuns } from './live-runs.ts';

/** Milliseconds between two looks at what others sent to the runs of this instance. */
const LISTEN_EVERY = 250;
/** Milliseconds between two looks at whose runs nobody owns any more. */
const SWEEP_EVERY = 5_000;
/** Milliseconds for which runs are left to processes that know their agents: some looks of theirs. */
const COURTESY = 3 * SWEEP_EVERY;
/** Looks for which it is doubted whether a claim that was not answered was granted. */
const DOUBTS = 3;
/** Characters that are said to an answer which is refused. */
const LONGEST_REFUSAL = 4_096;

type Answer = Extract<Command, { command: 'answer' }>;

/** What an instance needs of its engine. */
export interface InstanceHost {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly live: LiveRuns;
  /** Whether the agent of a run is known here, and can go on with it. */
  readonly canGoOn: (record: RunRecord) => boolean;
  /** Goes on with a run that was claimed, or ends it. */
  readonly settle: (record: RunRecord, claim: Claim) => Promise<void>;
}

/**
 * One of several processes that share a backend: it claims the runs that it starts, takes what others send to them, and
 * looks after the runs of instances that are gone. Where a backend has no leases it does nothing. What fails is tried
 * again at the next look; only {@link claim} tells.
 */
export class Instance {
  readonly #host: InstanceHost;
  readonly #id = newId();
  /** Runs of others that are looked after right now. */
  readonly #settling = new Map<RunKey, Promise<void>>();
  /** Runs that others can go on with, and until when they are left to them. */
  readonly #left = new Map<RunKey, number>();
  /** Runs whose claim was not answered, and how often it is still looked whether this process has them. */
  readonly #doubtful = new Map<RunKey, number>();
  #freeing: Promise<void> | undefined;
  #isRetired = false;
  #membership: Promise<{ leave(): unknown }> | undefined;
  #isClosed = false;

  constructor(host: InstanceHost) {
    this.#host = host;
    const { backend } = host;
    if (backend.commands) this.#again(LISTEN_EVERY, () => this.#listen());
    if (backend.lease) this.#again(SWEEP_EVERY, () => this.#sweep());
  }

  /** Joins, and looks after what is left behind. Rejects while the backend is away. */
  async ready(): Promise<void> {
    if (!this.#host.backend.lease) return;
    await this.#join();
    await this.#sweep();
  }

  /** The fence of a run that this process created; `undefined` where none is needed. Rejects with `STORAGE_LOST`. */
  async claim(key: RunKey): Promise<string | undefined> {
    if (!this.#host.backend.lease) return undefined;
    await this.#join();
    const claimed = await this.#claim(key);
    if (claimed !== 'held') return claimed.fence;
    throw new SluiceError('STORAGE_LOST', `run ${key}: another process has claimed it.`);
  }

  /** Takes a run that other processes may write, too, from whoever has it. Rejects with `STORAGE_LOST`. */
  async take(key: RunKey): Promise<Claim> {
    await this.#join();
    const claimed = await this.#claim(key, { force: true });
    if (claimed !== 'held') return claimed;
    throw new SluiceError('STORAGE_LOST', `run ${key}: expected a forced claim to be granted, got "held".`);
  }

  /** Gives up a run that others are to have at once. Rejects with `STORAGE_LOST`; then they have to wait. */
  async free(key: RunKey): Promise<void> {
    const { lease } = this.#host.backend;
    if (!lease || !this.#membership) return;
    await this.#membership;
    await lease.free(key);
  }

  /** The fence under which this process has a run; `undefined` if another one has it, and lives. */
  async look(key: RunKey): Promise<string | undefined> {
    await this.#join();
    const claimed = await this.#claim(key);
    return claimed === 'held' ? undefined : claimed.fence;
  }

  /** One that is not answered may have been granted: then everybody takes this process for the one at work. */
  async #claim(key: RunKey, how?: { readonly force: boolean }): Promise<Claim | 'held'> {
    if (this.#doubtful.has(key)) await this.#freeing;
    this.#doubtful.delete(key);
    try {
      return await this.#host.backend.lease!.claim(key, how);
    } catch (error) {
      if (isSluiceError(error, 'STORAGE_LOST')) this.#doubtful.set(key, DOUBTS);
      throw error;
    }
  }

  /** Gives up what it may have without knowing. Rejects while the backend is away. */
  async #freeDoubtful(): Promise<void> {
    const { backend, live } = this.#host;
    for (const [key, looks] of this.#doubtful) {
      if (!live.get(key)) await backend.lease!.free(key);
      // What was sent before may still arrive.
      if (looks > 1) this.#doubtful.set(key, looks - 1);
      else this.#doubtful.delete(key);
    }
  }

  /**
   * Looks after one run at once if its owner is gone, as the next look at all of them would. Where the owner lives it
   * does nothing.
   */
  async rescue(record: RunRecord): Promise<void> {
    const { backend, live } = this.#host;
    const key = runKey(record.tenantId, record.runId);
    if (!backend.lease || live.get(key)) return;
    await this.#join();
    // One without events is about to be claimed by the process that created it.
    const page = await backend.log.read(key, { after: 0, limit: 0 });
    if (page.result === 'page' && page.tip > 0 && !page.closed) await this.#settle(record, key);
  }

  async #settle(record: RunRecord, key: RunKey): Promise<void> {
    if (this.#isRetired || this.#settling.has(key) || this.#isLeft(record, key)) return;
    const settling = this.#claimAndSettle(record, key).finally(() => this.#settling.delete(key));
    this.#settling.set(key, settling);
    await settling;
  }

  /** Nobody here could but end it, while another process may go on with it. */
  #isLeft(record: RunRecord, key: RunKey): boolean {
    const { clock, canGoOn } = this.#host;
    if (!record.rules?.canResume || canGoOn(record)) return false;
    const now = clock.now();
    const until = this.#left.get(key) ?? now + COURTESY;
    this.#left.set(key, until);
    return now < until;
  }

  async #claimAndSettle(record: RunRecord, key: RunKey): Promise<void> {
    const { settle, live } = this.#host;
    const claimed = await this.#claim(key);
    if (claimed !== 'held' && !live.get(key)) await settle(record, claimed);
  }

  /** Looks after no more runs of others. Resolves when those that are looked after right now are its own, or ended. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await Promise.allSettled(this.#settling.values());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const membership = await this.#membership?.catch(() => undefined);
    await membership?.leave();
  }

  async #join(): Promise<void> {
    const joining = (this.#membership ??= Promise.resolve(
      this.#host.backend.lease!.join(this.#id, (key, why) => this.#lose(key, why)),
    ));
    try {
      await joining;
    } catch (error) {
      if (this.#membership === joining) this.#membership = undefined;
      throw error;
    }
  }

  /** Nothing of this process would be taken any more. */
  #lose(key: RunKey, why: 'taken' | 'gone'): void {
    const actor = this.#host.live.get(key);
    // What is said next here takes it back.
    if (!actor) return;
    if (actor.possession?.canRegain) return actor.possession.letGo();
    const { runId } = actor.parts.identity;
    if (why === 'gone') return actor.end.lose(runGone(runId));
    actor.end.lose(
      new SluiceError('STORAGE_LOST', `run ${runId}: another process has it by now.`, { runId }),
    );
  }

  #again(every: number, work: () => Promise<void>): void {
    const { clock, sweep } = this.#host;
    sweep.at(clock.now() + every, () => {
      if (this.#isClosed) return;
      void work()
        .catch(() => undefined)
        .finally(() => this.#again(every, work));
    });
  }

  async #listen(): Promise<void> {
    // Without runs nobody sends anything.
    if (!this.#membership || this.#host.live.size === 0) return;
    await this.#membership;
    for (const taken of await this.#host.backend.commands!.take(this.#id)) {
      try {
        this.#obey(taken);
      } catch {
        // What the store made of one command must not keep the others from being heard.
      }
    }
  }

  #obey({ key, id, command }: TakenCommand): void {
    const { backend, live } = this.#host;
    const actor = live.get(key);
    if (command.command === 'cancel') return actor?.stopping.request(cancelled(command.reason));
    // Said at once, so that it is there before the end that may follow from the answer.
    const outcome = answered(key, command, actor);
    void (async () => backend.commands!.settle(key, id, outcome))().catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    await this.#join();
    const { backend } = this.#host;
    await (this.#freeing = this.#freeDoubtful().finally(() => (this.#freeing = undefined)));
    const dead = await backend.lease!.dead();
    const keptWaiting = new Set(dead.flatMap(({ keys }) => keys));
    for (const key of this.#left.keys()) if (!keptWaiting.has(key)) this.#left.delete(key);
    for (const { keys } of dead) {
      for (const key of keys) {
        const record = await backend.directory.get(key);
        if (!record || isEnded(record.status)) continue;
        await this.#settle(record, key);
      }
    }
  }
}

/** Answers a question of a run, and says to whoever sent the answer what became of it. */
function answered(key: RunKey, command: Answer, actor: RunActor | undefined): CommandOutcome {
  const { askId, value, by, idempotencyKey } = command;
  try {
    if (!actor) throw askNotFound(key.slice(key.indexOf('/') + 1), askId);
    actor.work.answer(askId, value, { by, idempotencyKey });
    return { outcome: 'obeyed' };
  } catch (error) {
    if (!isSluiceError(error)) return { outcome: 'refused', code: 'INTERNAL', message: messageOf(error) };
    const { code, message, details } = error;
    const isShort = message.length + JSON.stringify(details ?? null).length <= LONGEST_REFUSAL;
    if (isShort) return { outcome: 'refused', code, message, details };
    return { outcome: 'refused', code, message: message.slice(0, LONGEST_REFUSAL) };
  }
}
