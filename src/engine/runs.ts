import { Observable } from 'rxjs';
import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import type { Backend, Command, RunKey, RunNews, RunPage, RunRecord } from '../backends/backend.ts';
import type { RunEvent } from '../event/run-event.ts';
import { isEnded } from '../run/lifecycle.ts';
import { readStorage } from '../run/read-storage.ts';
import { cancelled } from '../run/stop.ts';
import { runEnded } from '../run/run-ended.ts';
import { checkAnswer, checkKey } from '../run/ask-values.ts';
import { askNotFound } from '../run/asks.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { Clock } from '../time/clock.ts';
import { sendAnswer } from './sent-answers.ts';
import { checkNumber } from './check-number.ts';
import type { Instance } from './instance.ts';
import { checkListOptions, type ListOptions } from './list-options.ts';
import type { LiveRuns } from './live-runs.ts';
import { newId } from '../time/new-id.ts';
import { keyOf, runNotFound, type OfTenant, type RunEvents } from './run-events.ts';
import { countRuns, type RunStats } from './run-stats.ts';
import { DEFAULT_TENANT } from './start-options.ts';

/** A checkpoint as the run says it. */
export type CheckpointEvent = Extract<RunEvent, { type: 'checkpoint' }>;

/** Which checkpoints to read. */
export interface CheckpointQuery extends OfTenant {
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
  readonly before?: number | undefined;
}

/** An answer to a question of `ctx.ask`. */
export interface AnswerRequest extends OfTenant {
  readonly value: unknown;
  /** Who says so, at most 256 characters. */
  readonly by?: string | undefined;
  /** 1 to 256 characters, for whoever may have to send the answer again. */
  readonly idempotencyKey?: string | undefined;
}

/** What looking after runs takes besides them. */
export interface RunsServices {
  readonly clock: Clock;
  readonly events: RunEvents;
  readonly rescue: Pick<Instance, 'rescue'>;
  readonly secrets: TextMask;
}

/** The runs of an engine's backend, alive or ended. */
export class Runs {
  readonly #backend: Backend;
  readonly #live: LiveRuns;
  readonly #events: RunEvents;
  readonly #instance: Pick<Instance, 'rescue'>;
  readonly #secrets: TextMask;
  readonly #clock: Clock;

  constructor(backend: Backend, live: LiveRuns, { events, rescue, secrets, clock }: RunsServices) {
    this.#clock = clock;
    this.#backend = backend;
    this.#live = live;
    this.#events = events;
    this.#instance = rescue;
    this.#secrets = secrets;
  }

  /** Rejects with `RUN_NOT_FOUND`, `STORAGE_LOST`. */
  async get(runId: string, { tenantId }: OfTenant = {}): Promise<RunRecord> {
    return this.#find(runId, keyOf(runId, tenantId));
  }

  /** At once where the backend answers at once. */
  #find(runId: string, key: RunKey): Awaitable<RunRecord> {
    const known = (record: RunRecord | undefined): RunRecord => {
      if (!record) throw runNotFound(runId);
      return record;
    };
    const found = readStorage(`run ${runId}`, () => this.#backend.directory.get(key));
    return isPromise(found) ? found.then(known) : known(found);
  }

  /** Newest first; 50 unless `limit` says otherwise, 1 to 1,000. Rejects with `BAD_OPTION`, `BAD_REQUEST`. */
  async list(options: ListOptions = {}): Promise<RunPage> {
    const query = checkListOptions(options);
    return readStorage('the list of runs', () => this.#backend.directory.list(query));
  }

  /** Runs of a tenant as they are created, changed and removed. Hot; never completes by itself. */
  watch({ tenantId = DEFAULT_TENANT }: OfTenant = {}): Observable<RunNews> {
    return new Observable(subscriber =>
      this.#backend.directory.watch(news => {
        if (('record' in news ? news.record.tenantId : news.tenantId) === tenantId) subscriber.next(news);
      }),
    );
  }

  /**
   * Asks a run to stop. Resolves with `requested` when that is recorded, with `cancelled` if it was cancelled already.
   * Rejects with `RUN_NOT_FOUND`, and with `RUN_ENDED` if it ended otherwise.
   */
  async cancel(
    runId: string,
    { tenantId, reason }: OfTenant & { readonly reason?: string | undefined } = {},
  ): Promise<'requested' | 'cancelled'> {
    const record = await this.get(runId, { tenantId });
    const actor = this.#live.get(keyOf(runId, tenantId));
    if (actor && !isEnded(actor.status) && !actor.stopping.hasLeft) {
      const stop = cancelled(reason);
      // Another process may have it by now, or soon.
      if (actor.possession?.canRegain) await this.#send(record, { command: 'cancel', reason });
      actor.stopping.request(stop);
      return 'requested';
    }
    if (record.status === 'cancelled') return 'cancelled';
    if (isEnded(record.status)) throw runEnded(runId);
    const { reason: checked } = cancelled(reason) as { readonly reason?: string };
    await this.#send(record, { command: 'cancel', reason: checked });
    return 'requested';
  }

  /**
   * Answers a question of `ctx.ask`. Rejects with `RUN_NOT_FOUND`, `RUN_ENDED`, `ASK_NOT_FOUND`, `BAD_ANSWER`. Where
   * another process has the run, that one says so; with `OWNER_SILENT` if it says nothing for five seconds, when the answer
   * may still count, and with `COMMANDS_FULL`. The same answer may come again under its `idempotencyKey` while the run
   * lives: it counts once.
   */
  async answer(runId: string, askId: string, answer: AnswerRequest): Promise<void> {
    const { value, by, idempotencyKey, tenantId } = answer;
    const record = await this.get(runId, { tenantId });
    const key = keyOf(runId, tenantId);
    const actor = this.#live.get(key);
    if (actor) return actor.work.answer(askId, value, { by, idempotencyKey });
    if (isEnded(record.status)) throw runEnded(runId);
    const { commands } = this.#backend;
    if (!commands) throw askNotFound(runId, askId);
    checkKey(runId, idempotencyKey);
    const { said } = checkAnswer({ runId, schema: undefined, given: value, by, secrets: this.#secrets });
    const command = { command: 'answer', askId, value: said.value, by, idempotencyKey } as const;
    const route = { commands, clock: this.#clock, stored: () => this.#rescue(record) };
    const outcome = await sendAnswer(route, { key, runId, command });
    if (outcome !== 'ended' && outcome.outcome === 'obeyed') return;
    // It may be that the question went with its run.
    const { status } = await this.get(runId, { tenantId });
    if (outcome === 'ended' || isEnded(status)) throw runEnded(runId);
    const { code, message, details } = outcome;
    throw new SluiceError(code, message, { runId, details });
  }

  /**
   * To the process that owns the run: it takes the command, or whoever takes the run over does, which is this one if
   * the owner is known to be gone.
   */
  async #send(record: RunRecord, command: Command): Promise<void> {
    const { commands } = this.#backend;
    const { runId, tenantId } = record;
    if (!commands) throw runEnded(runId);
    await readStorage(`run ${runId}`, () => commands.send(keyOf(runId, tenantId), command, newId()));
    await this.#rescue(record);
  }

  /** A command is stored; if this fails, the next look at all runs finds it. */
  #rescue(record: RunRecord): Promise<unknown> {
    return this.#instance.rescue(record).catch(() => undefined);
  }

  /**
   * Erases a run that has ended, with its events. One that lives, or ends just now, is asked to stop instead:
   * `requested`. Rejects with `RUN_NOT_FOUND`.
   */
  async delete(
    runId: string,
    { tenantId, reason }: OfTenant & { readonly reason?: string | undefined } = {},
  ): Promise<'requested' | 'erased'> {
    const key = keyOf(runId, tenantId);
    const found = this.#find(runId, key);
    const record = isPromise(found) ? await found : found;
    if (!isEnded(record.status)) {
      await this.cancel(runId, { tenantId, reason }).catch((error: unknown) => {
        // Its end came first.
        if (!isSluiceError(error, 'RUN_ENDED')) throw error;
      });
      return 'requested';
    }
    const erased = this.#backend.directory.delete(key);
    if (isPromise(erased)) await erased;
    return 'erased';
  }

  /** The newest checkpoint of a run, or its newest of this name. Rejects with `RUN_NOT_FOUND`. */
  async checkpoint(
    runId: string,
    { name, tenantId }: OfTenant & { readonly name?: string | undefined } = {},
  ): Promise<CheckpointEvent | undefined> {
    return (await this.checkpoints(runId, { name, tenantId, limit: 1 }))[0];
  }

  /**
   * The checkpoints of a run that are kept, newest first, of this name if there is one; 50 unless `limit` says otherwise,
   * 1 to 1,000. `before` is the seq of the last one of a former page. Rejects with `RUN_NOT_FOUND`, `BAD_OPTION`.
   */
  async checkpoints(
    runId: string,
    { name, tenantId, limit, before }: CheckpointQuery = {},
  ): Promise<readonly CheckpointEvent[]> {
    const isWanted = (event: RunEvent): boolean =>
      event.type === 'checkpoint' && (name === undefined || event.data.name === name);
    const most = { min: 1, max: Number.MAX_SAFE_INTEGER, unit: 'the seq of an event' };
    const found = await this.#events.newestOf(runId, isWanted, {
      tenantId,
      limit: checkNumber('limit', limit, 50, { min: 1, max: 1_000, unit: 'checkpoints' }),
      before: before === undefined ? undefined : checkNumber('before', before, 1, most),
    });
    return found as readonly CheckpointEvent[];
  }

  /**
   * How many runs of a tenant there are, ended ones until they expire, and how many in each status. Looks at every one of
   * them, a thousand at a time, so it is for people and reports, not for a loop. Rejects with `STORAGE_LOST`.
   */
  stats({ tenantId = DEFAULT_TENANT }: OfTenant = {}): Promise<RunStats> {
    return countRuns(page => this.list({ tenantId, limit: 1_000, page }));
  }
}
