import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import type { AnyCustom, CustomEvents, RunEvent, RunStatus } from '../event/run-event.ts';
import type { Notice } from '../event/notice.ts';
import { PipedIterator } from './piped-iterator.ts';
import { ReaderIterator } from './reader-iterator.ts';
import type { RunReader } from './reader.ts';
import type { RunItem } from './window.ts';

/** What a {@link Run} stands for: an actor of this process, or a log that somebody else wrote. */
export interface RunSource {
  readonly runId: string;
  readonly tenantId: string;
  status(): RunStatus;
  cursor(): string;
  subscribe(subscriber: Subscriber<RunItem>): void;
  /** From the first event on. */
  read(): RunReader;
  cancel(reason: string | undefined): Promise<void>;
  result(): Promise<unknown>;
}

/** An Observable that can also be pulled: `for await` takes one value at a time and waits for nothing else. */
export type PulledObservable<Value> = Observable<Value> & AsyncIterable<Value>;

/**
 * One run. Subscribed to, it is a hot stream with a full replay: every subscriber gets the events from seq 1 (or a
 * `gap` and the oldest that are kept), then the live ones, then the final event and completion, whenever it comes;
 * a run that fails completes like any other, and the error channel carries a `SluiceError` of the plumbing alone.
 * Values are delivered synchronously when they are committed.
 *
 * With `for await` it is pulled: the consumer sets the pace, also through operators (`for await (const event of
 * run.pipe(onlyEvents()))`), and a slow one costs one page of memory and delays nobody.
 */
export class Run<Output = unknown, Custom extends CustomEvents = AnyCustom>
  extends Observable<RunEvent<Custom> | Notice>
  implements AsyncIterable<RunEvent<Custom> | Notice>
{
  readonly #source: RunSource;

  constructor(source: RunSource) {
    super(subscriber => source.subscribe(subscriber as Subscriber<unknown>));
    this.#source = source;
  }

  get id(): string {
    return this.#source.runId;
  }

  get tenantId(): string {
    return this.#source.tenantId;
  }

  get status(): RunStatus {
    return this.#source.status();
  }

  /** The cursor of the newest event; a reader that begins after it sees what follows. */
  get cursor(): string {
    return this.#source.cursor();
  }

  /**
   * What the agent returned, raw; made when first asked for, and a rejection nobody awaits is silent. Rejects with
   * `RUN_FAILED` (the agent's error is its `cause`), `RUN_CANCELLED` or `STORAGE_LOST`.
   */
  get result(): Promise<Output> {
    return this.#source.result() as Promise<Output>;
  }

  /**
   * Stops the run: its signal fires at once, and it ends when the agent returns or its grace is over. Resolves when
   * it has ended as cancelled; rejects with `RUN_ENDED` if it had ended otherwise, and with `BAD_OPTION` for a reason
   * that is no text. A rejection nobody awaits is silent.
   */
  cancel(reason?: string): Promise<void> {
    const cancelling = this.#source.cancel(reason);
    cancelling.catch(() => undefined);
    return cancelling;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<RunEvent<Custom> | Notice> {
    return new ReaderIterator(this.#source.read()) as AsyncIterableIterator<unknown> as AsyncIterableIterator<
      RunEvent<Custom> | Notice
    >;
  }

  override pipe(): this;
  override pipe<A>(...operators: [Op<Item<Custom>, A>]): PulledObservable<A>;
  override pipe<A, B>(...operators: [Op<Item<Custom>, A>, Op<A, B>]): PulledObservable<B>;
  override pipe<A, B, C>(...operators: [Op<Item<Custom>, A>, Op<A, B>, Op<B, C>]): PulledObservable<C>;
  override pipe<A, B, C, D>(
    ...operators: [Op<Item<Custom>, A>, Op<A, B>, Op<B, C>, Op<C, D>]
  ): PulledObservable<D>;
  override pipe<A, B, C, D, E>(
    ...operators: [Op<Item<Custom>, A>, Op<A, B>, Op<B, C>, Op<C, D>, Op<D, E>]
  ): PulledObservable<E>;
  override pipe<A, B, C, D, E, F>(
    ...operators: [Op<Item<Custom>, A>, Op<A, B>, Op<B, C>, Op<C, D>, Op<D, E>, Op<E, F>]
  ): PulledObservable<F>;
  override pipe<A, B, C, D, E, F, G>(
    ...operators: [Op<Item<Custom>, A>, Op<A, B>, Op<B, C>, Op<C, D>, Op<D, E>, Op<E, F>, Op<F, G>]
  ): PulledObservable<G>;
  override pipe<A, B, C, D, E, F, G, H>(
    ...operators: [Op<Item<Custom>, A>, Op<A, B>, Op<B, C>, Op<C, D>, Op<D, E>, Op<E, F>, Op<F, G>, Op<G, H>]
  ): PulledObservable<H>;
  override pipe<A, B, C, D, E, F, G, H, I>(
    ...operators: [
      Op<Item<Custom>, A>,
      Op<A, B>,
      Op<B, C>,
      Op<C, D>,
      Op<D, E>,
      Op<E, F>,
      Op<F, G>,
      Op<G, H>,
      Op<H, I>,
    ]
  ): PulledObservable<I>;
  override pipe<A, B, C, D, E, F, G, H, I>(
    ...operators: [
      Op<Item<Custom>, A>,
      Op<A, B>,
      Op<B, C>,
      Op<C, D>,
      Op<D, E>,
      Op<E, F>,
      Op<F, G>,
      Op<G, H>,
      Op<H, I>,
      ...Op<never, unknown>[],
    ]
  ): PulledObservable<unknown>;
  override pipe(...operators: OperatorFunction<never, unknown>[]): unknown {
    const piped: unknown = (super.pipe as (...all: unknown[]) => unknown)(...operators);
    if (piped === this || !(piped instanceof Observable)) return piped;
    const iterate = (): AsyncIterator<unknown> =>
      new PipedIterator(this[Symbol.asyncIterator](), operators as OperatorFunction<unknown, unknown>[]);
    return Object.assign(piped, { [Symbol.asyncIterator]: iterate });
  }
}

type Op<In, Out> = OperatorFunction<In, Out>;

type Item<Custom extends CustomEvents> = RunEvent<Custom> | Notice;
