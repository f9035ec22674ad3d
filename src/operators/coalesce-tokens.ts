import { asyncScheduler, type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { LONGEST_DELAY, optionsOf, wholeOption } from './check-option.ts';
import { isToken, joinTokens, type TokenEvent } from './join-tokens.ts';
import { listenWhileOpen } from './listen-while-open.ts';

/** How long {@link coalesceTokens} waits. */
export interface CoalesceTokensOptions {
  /** Milliseconds a token waits for others at most: 1 to 2,147,483,647. */
  readonly within: number;
  /** Characters after which joined tokens go out at once: 1 to 1,048,576. Default: 1,024. */
  readonly size?: number;
  /** Where time comes from. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Joins neighbouring tokens of one channel (message, node, role) into one event with the text of all and the
 * envelope (`id`, `seq`, `time`) of the last, so that resuming after it loses and repeats nothing. Anything else,
 * a notice too, first lets the waiting text out; so do `finishReason`, `size` and `within`.
 *
 * @marbles `within: 4`: source `-a-b---c-p|` (a, b, c tokens, p progress), result `-----(ab)--(cp)|`
 * @temperature cold: at most one timer per subscriber
 * @timing tokens wait up to `within` milliseconds on `scheduler`; everything else passes synchronously
 * @ordering kept
 * @completes with the source, after the waiting text
 * @errors passes source errors, after the waiting text; throws `BAD_OPTION` at call time
 * @memory `size` characters and one token per subscriber
 */
export function coalesceTokens<T>(options: CoalesceTokensOptions): MonoTypeOperatorFunction<T> {
  const { within, size = 1024, scheduler = asyncScheduler } = optionsOf('coalesceTokens', options);
  wholeOption('coalesceTokens: within', within, LONGEST_DELAY);
  wholeOption('coalesceTokens: size', size, { unit: 'characters', max: 2 ** 20 });
  return source =>
    new Observable<T>(subscriber => {
      let waiting: TokenEvent | undefined;
      let due = 0;
      let armed = false;

      const flush = (): void => {
        if (waiting === undefined) return;
        const joined = waiting;
        waiting = undefined;
        subscriber.next(joined as T);
      };
      const ring = (): void => {
        armed = false;
        if (scheduler.now() >= due) flush();
        else if (waiting !== undefined) arm();
      };
      // One timer runs to its end whatever was flushed meanwhile, instead of one for every flush.
      const arm = (): void => {
        armed = true;
        const action = scheduler.schedule(() => {
          subscriber.remove(action);
          action.unsubscribe();
          ring();
        }, due - scheduler.now());
        subscriber.add(action);
      };
      const hold = (token: TokenEvent): void => {
        waiting = token;
        due = scheduler.now() + within;
        if (!armed) arm();
      };

      listenWhileOpen(subscriber)(source, {
        next: value => {
          if (!isToken(value)) {
            flush();
            subscriber.next(value);
            return;
          }
          const joined = waiting && joinTokens(waiting, value);
          if (joined) {
            waiting = joined;
          } else {
            flush();
            hold(value);
          }
          if (isFull(waiting, size)) flush();
        },
        error: flush,
        complete: () => {
          flush();
          subscriber.complete();
        },
      });
    });
}

function isFull(token: TokenEvent | undefined, size: number): boolean {
  return token !== undefined && (token.data.finishReason !== undefined || token.data.content.length >= size);
}
