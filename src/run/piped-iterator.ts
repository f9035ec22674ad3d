import { pipe, Subject, type Observable, type OperatorFunction, type Subscription } from 'rxjs';

/**
 * Pulls a source through RxJS operators: the next source value is taken only when everything the last one led to
 * has been consumed. So the reader's pace reaches through the pipe, which RxJS alone cannot do. Operators that emit
 * later (timers, promises) are waited for and for source values at once.
 */
export class PipedIterator<In, Out> implements AsyncIterableIterator<Out> {
  readonly #source: AsyncIterator<In>;
  readonly #input = new Subject<In>();
  readonly #output: Observable<Out>;
  readonly #ready: Out[] = [];
  #subscription: Subscription | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isDone = false;
  #pulling = false;
  #isDrained = false;
  #wake: (() => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: AsyncIterator<In>, operators: readonly OperatorFunction<unknown, unknown>[]) {
    this.#source = source;
    const through = pipe(...(operators as [OperatorFunction<In, Out>])) as (
      input: Observable<In>,
    ) => Observable<Out>;
    this.#output = through(this.#input);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Out, undefined>> {
    const answer = this.#turn.then(() => this.#next());
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  return(): Promise<IteratorResult<Out, undefined>> {
    this.#ready.length = 0;
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #next(): Promise<IteratorResult<Out, undefined>> {
    this.#subscription ??= this.#output.subscribe({
      next: value => {
        this.#ready.push(value);
        this.#wake?.();
      },
      error: (error: unknown) => {
        this.#failure = { error };
        this.#leave();
      },
      complete: () => this.#leave(),
    });
    while (this.#ready.length === 0 && !this.#isDone) {
      const woken = new Promise<void>(resolve => (this.#wake = resolve));
      // Behind the end of the source only the operators can still say something, by their timers.
      if (!this.#pulling && !this.#isDrained) void this.#pull();
      await woken;
    }
    if (this.#ready.length > 0) return { done: false, value: this.#ready.shift()! };
    if (!this.#failure) return { done: true, value: undefined };
    const { error } = this.#failure;
    this.#failure = undefined;
    throw error;
  }

  async #pull(): Promise<void> {
    this.#pulling = true;
    try {
      const pulled = await this.#source.next();
      this.#isDrained = pulled.done === true;
      if (pulled.done) this.#input.complete();
      else this.#input.next(pulled.value);
    } catch (error) {
      this.#isDrained = true;
      this.#input.error(error);
    }
    this.#pulling = false;
    this.#wake?.();
  }

  #leave(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#subscription?.unsubscribe();
    void this.#source.return?.();
    this.#wake?.();
  }
}
