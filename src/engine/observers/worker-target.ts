import type { Worker } from 'node:worker_threads';
import { messageOf } from '../../errors/error-text.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { Clock } from '../../time/clock.ts';
import { fullJitter } from '../../time/full-jitter.ts';
import type { Sweep } from '../../time/sweep.ts';
import type { WorkerObserver } from './observer.ts';
import { PartlyFailed } from './partly-failed.ts';
import type { Target } from './target.ts';
import { WORKER_PROGRAM } from './worker-program.ts';

/** The first wait before a crashed worker is started again; it doubles with each crash, up to the longest. */
const BACK_OFF = 100;
const LONGEST_BACK_OFF = 30_000;
/** How long a worker may take to load its module. */
const START_LIMIT = 30_000;

interface Acknowledged {
  readonly id: number;
  readonly failed: number;
  readonly error?: { readonly name: string; readonly message: string };
}

interface Waiter {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/**
 * An observer in a thread. Every message is acknowledged, and the loop sends the next one only then, so what lies in
 * the thread is bounded by `concurrency` and `maxBatch`. It keeps the process alive only while it works on something.
 */
export class WorkerTarget implements Target {
  readonly takesBatches = true;
  readonly #observer: WorkerObserver;
  readonly #time: { readonly clock: Clock; readonly sweep: Sweep };
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #isReady = false;
  #ids = 0;
  #restarts = 0;
  /** Crashes since it last finished something. */
  #crashes = 0;
  #isOver = false;

  /** Throws `BAD_OPTION`, also for data that no thread can be given. */
  constructor(observer: WorkerObserver, time: { readonly clock: Clock; readonly sweep: Sweep }) {
    const { worker } = observer;
    if (!(worker instanceof URL) && !URL.canParse(worker)) {
      const message =
        "observe: expected worker to be a URL. Pass new URL('./my-observer.js', import.meta.url).";
      throw new SluiceError('BAD_OPTION', message);
    }
    this.#observer = { worker, data: copied(observer.data) };
    this.#time = time;
  }

  get restarts(): number {
    return this.#restarts;
  }

  one(event: RunEvent): unknown {
    return this.many([event]);
  }

  many(events: readonly RunEvent[]): Promise<unknown> {
    return this.#ask('observe', events);
  }

  ready(): Promise<void> | undefined {
    return this.#isReady ? undefined : this.#start();
  }

  flush(): Promise<unknown> | undefined {
    return this.#isReady ? this.#ask('flush') : undefined;
  }

  async close(): Promise<void> {
    try {
      if (this.#isReady) await this.#ask('close');
    } finally {
      this.#isOver = true;
      this.abandon();
    }
  }

  abandon(): void {
    const worker = this.#worker;
    if (!worker) return;
    if (!this.#isOver) this.#restarts++;
    this.#lose(worker, new SluiceError('OBSERVER_TIMEOUT', 'observer: its worker was stopped.'));
    void worker.terminate();
  }

  async #start(): Promise<void> {
    if (this.#crashes > 0) await this.#backOff();
    // Loaded here, so that whoever has no such observer needs no threads.
    const { Worker } = await import('node:worker_threads');
    if (this.#isOver) return;
    const { worker: url, data } = this.#observer;
    let worker: Worker;
    try {
      worker = new Worker(WORKER_PROGRAM, { eval: true, workerData: { url: String(url), data } });
    } catch (error) {
      // A machine without threads to spare is asked again later, not at once and for ever.
      this.#crashes++;
      this.#restarts++;
      throw error;
    }
    this.#worker = worker;
    const { clock, sweep } = this.#time;
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: Acknowledged | 'ready') => {
        if (message !== 'ready') return this.#acknowledged(message);
        if (this.#worker !== worker) return;
        stop();
        this.#isReady = true;
        worker.unref();
        resolve();
      });
      const crash = (error: Error): void => {
        stop();
        if (this.#worker === worker) {
          this.#crashes++;
          this.#restarts++;
          this.#lose(worker, error);
        }
        reject(error);
      };
      const stop = sweep.at(clock.now() + START_LIMIT, () => {
        crash(
          new SluiceError('OBSERVER_TIMEOUT', `observer: its worker did not load within ${START_LIMIT} ms.`),
        );
        void worker.terminate();
      });
      worker.on('error', crash);
      worker.on('exit', code =>
        crash(new SluiceError('INTERNAL', `observer: its worker exited with ${code}.`)),
      );
    });
  }

  #backOff(): Promise<void> {
    const longest = Math.min(LONGEST_BACK_OFF, BACK_OFF * 2 ** (this.#crashes - 1));
    const { clock, sweep } = this.#time;
    return new Promise(resolve => sweep.at(clock.now() + longest / 2 + fullJitter(longest / 2), resolve));
  }

  #ask(task: 'observe' | 'flush' | 'close', events?: readonly RunEvent[]): Promise<unknown> {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      const worker = this.#worker;
      if (!worker) return reject(new SluiceError('OBSERVER_TIMEOUT', 'observer: its worker has gone.'));
      this.#waiters.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, task, events });
    });
  }

  #acknowledged({ id, failed, error }: Acknowledged): void {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    if (this.#waiters.size === 0) this.#worker?.unref();
    if (failed === 0) this.#crashes = 0;
    const thrown = error && Object.assign(new Error(error.message), { name: error.name });
    waiter?.resolve(failed > 0 ? new PartlyFailed(failed, thrown) : undefined);
  }

  #lose(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#isReady = false;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(error);
  }
}

function copied(data: unknown): unknown {
  try {
    return structuredClone(data);
  } catch (cause) {
    const message = `observe: data: expected what a thread can be given, plain data without functions: ${messageOf(cause)}`;
    throw new SluiceError('BAD_OPTION', message, { cause });
  }
}
