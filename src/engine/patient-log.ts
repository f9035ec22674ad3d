import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import type { AppendResult, Batch, Log, LogQuery, ReadResult, RunKey } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import { fullJitter } from '../time/full-jitter.ts';
import { soon } from '../time/soon.ts';
import type { Sweep } from '../time/sweep.ts';
import type { EngineMeter } from './metrics/engine-meter.ts';

/** The longest wait before the first repetition of an append, doubled with each, and what doubling stops at; in ms. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;
/** Milliseconds that a repetition may take, once the log did not answer. */
const LONGEST_ATTEMPT = 10_000;

/** What {@link PatientLog} tells, and needs. */
export interface PatienceHost {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly meter: EngineMeter;
  /** Milliseconds for which an append is repeated; 0 for never. */
  readonly timeout: number;
  /** The log took nothing since then (RFC 3339), and is asked again; told once for each time of trouble. */
  readonly degraded: (key: RunKey, since: string) => void;
  /** It was asked for long enough: the run is lost to this process. */
  readonly lost: (key: RunKey, fence: string | undefined) => void;
}

/**
 * The log of a backend that may be away for a while. An append that fails, or is not answered, is sent again, the same
 * batch, until it is taken or refused, or its time is up; what was in doubt is recognised as a duplicate. Readers of a
 * run that was lost this way are given what is stored, and then `STORAGE_LOST`, until {@link forget}. Adds nothing to
 * an append that is answered at once.
 */
export class PatientLog implements Log {
  readonly #log: Log;
  readonly #host: PatienceHost;
  readonly #lost = new Map<RunKey, SluiceError>();
  /** Since when, RFC 3339. */
  readonly #away = new Map<RunKey, string>();
  readonly #bells = new Map<RunKey, Set<() => void>>();
  #isClosed = false;

  constructor(log: Log, host: PatienceHost) {
    this.#log = log;
    this.#host = host;
  }

  append(key: RunKey, batch: Batch): Awaitable<AppendResult> {
    let answer;
    try {
      answer = this.#log.append(key, batch);
    } catch (error) {
      return this.#insist(key, batch, error, this.#host.clock.now());
    }
    const { clock, meter, timeout } = this.#host;
    if (!isPromise(answer)) {
      meter.appended(batch, answer);
      return answer;
    }
    const since = clock.now();
    const begun = meter.now();
    return this.#inTime(answer, timeout)
      .catch(error => this.#insist(key, batch, error, since))
      .then(taken => {
        meter.appended(batch, taken, begun);
        return this.#checked(key, batch, taken);
      });
  }

  read(key: RunKey, query: LogQuery): Awaitable<ReadResult> {
    const answer = this.#host.meter.asked('read', () => this.#log.read(key, query));
    if (this.#lost.size === 0 && this.#away.size === 0) return answer;
    return isPromise(answer) ? answer.then(result => this.#told(key, result)) : this.#told(key, answer);
  }

  watch(key: RunKey, ring: () => void): () => void {
    const stop = this.#log.watch(key, ring);
    let bells = this.#bells.get(key);
    if (!bells) this.#bells.set(key, (bells = new Set()));
    // One watcher may watch twice with one function.
    const bell = (): void => ring();
    bells.add(bell);
    return () => {
      stop();
      bells.delete(bell);
      if (bells.size === 0 && this.#bells.get(key) === bells) this.#bells.delete(key);
    };
  }

  trim(key: RunKey, seq: number): Awaitable<void> {
    return this.#log.trim(key, seq);
  }

  /** Somebody gave the run its end, or it is no more: its readers need no error of ours. */
  forget(key: RunKey): void {
    this.#lost.delete(key);
  }

  /** Whether nothing more can be read of a run, however often it is asked for. */
  isOver(key: RunKey): boolean {
    return this.#isClosed || this.#lost.has(key);
  }

  /** Nothing is sent again. */
  close(): void {
    this.#isClosed = true;
  }

  /** A store that lost what it acknowledged takes nothing more, and has an open run: it is given its end all the same. */
  #checked(key: RunKey, { fence }: Batch, answer: AppendResult): AppendResult {
    if (answer.result === 'gap') this.#host.lost(key, fence);
    return answer;
  }

  async #insist(key: RunKey, batch: Batch, thrown: unknown, since: number): Promise<AppendResult> {
    const { clock, meter, timeout } = this.#host;
    meter.errors.append++;
    if (this.#isClosed || timeout === 0) throw this.#lose(key, batch, thrown);
    this.#degrade(key, since);
    for (let most = FIRST_WAIT; ; most = Math.min(most * 2, LONGEST_WAIT)) {
      await new Promise<void>(resolve => clock.alarm(fullJitter(most), resolve, false));
      try {
        const answer = await this.#inTime(this.#log.append(key, batch), LONGEST_ATTEMPT);
        this.#away.delete(key);
        return answer;
      } catch (error) {
        meter.errors.append++;
        // Asked last, so that a process that was halted for a minute does not give up what it never asked again.
        if (this.#isClosed || clock.now() - since >= timeout) throw this.#lose(key, batch, error);
      }
    }
  }

  /** What the log answers; rejects when that takes longer than `limit`, if there is a time limit at all. */
  #inTime(answer: Awaitable<AppendResult>, limit: number): Promise<AppendResult> {
    const { clock, sweep, timeout } = this.#host;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new SluiceError('STORAGE_LOST', 'the backend does not answer.'));
      // An answer that lies ready goes first: time also passes for a process that is halted.
      const ring = (): void => void soon(giveUp);
      const cancel = timeout > 0 ? sweep.at(clock.now() + limit, ring) : undefined;
      Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => cancel?.());
    });
  }

  #degrade(key: RunKey, since: number): void {
    this.#away.set(key, isoTime(since));
    this.#host.degraded(key, isoTime(since));
    this.#ring(key);
  }

  #lose(key: RunKey, { fence }: Batch, cause: unknown): unknown {
    this.#away.delete(key);
    this.#lost.set(
      key,
      new SluiceError('STORAGE_LOST', 'the backend takes no more events of this run.', { cause }),
    );
    this.#host.lost(key, fence);
    this.#ring(key);
    return cause;
  }

  #ring(key: RunKey): void {
    for (const bell of [...(this.#bells.get(key) ?? [])]) bell();
  }

  /** Where nothing more is stored, nothing more will come, or not for now. */
  #told(key: RunKey, answer: ReadResult): ReadResult {
    if (answer.result !== 'page' || answer.closed) return answer;
    const error = answer.entries.length === 0 && this.#lost.get(key);
    if (error) throw error;
    const degradedSince = this.#away.get(key);
    return degradedSince === undefined ? answer : { ...answer, degradedSince };
  }
}
