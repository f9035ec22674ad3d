import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { isEventType, isStatement } from '../event/event-types.ts';
import type { JsonObject } from '../event/json.ts';
import { wholeOption } from '../operators/check-option.ts';
import { Fifo } from '../operators/fifo.ts';
import { listenWhileOpen } from '../operators/listen-while-open.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { isThenable } from './answer.ts';
import { vetoError } from './decided.ts';
import type { ExecutionContext, Matter } from './execution-context.ts';
import type { Gate } from './gate.ts';
import { onAbort } from './on-abort.ts';
import type { Decision } from './verdict.ts';

/** How {@link gated} asks. */
export interface GatedOptions {
  /** What policies are told besides the value's own `runId`, `tenantId` and `node`; its signal ends the stream. */
  readonly context?: Partial<ExecutionContext> | undefined;
  /** How often a value is asked about at most, where policies say RETRY: 1 to 1,000. Default: 3. */
  readonly attempts?: number | undefined;
  /** Values that may wait while one is judged: 1 to 1,000,000. Default: 1,024. */
  readonly capacity?: number | undefined;
  /** What RETRY waits by. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

const ASKED_BEFORE = new Set([
  'pipeline.started',
  'wave.started',
  'node.started',
  'tool.called',
  'llm.prompt',
]);

/**
 * Asks a gate about every value of a stream: PROCEED lets it pass, SKIP leaves it out, FALLBACK puts the value of the
 * verdict into `data`, RETRY asks again after its delay, FAIL and ERROR end the stream. Asked about is what has a
 * `type`, unless it is a fact of a run (`started`, `*.completed`, `*.failed`, the end …): facts and notices pass.
 *
 * @marbles a policy that says SKIP to b and answers c two frames later: source `-a-b-cd--|`, result `-a-----(cd)-|`
 * @temperature cold: one line of waiting values per subscriber; the gate is shared
 * @timing synchronous while policies answer at once
 * @ordering kept: what comes while a value is judged waits behind it
 * @completes with the source, after the last verdict
 * @errors passes source errors at once; delivers `VETOED`, `POLICY_ERROR`, `BUFFER_OVERFLOW` and the reason of `context.signal`; throws `BAD_OPTION` at call time
 * @memory `capacity` values
 */
export function gated<T>(gate: Gate, options: GatedOptions = {}): MonoTypeOperatorFunction<T> {
  const { context: given = {}, attempts = 3, capacity = 1024, clock = systemClock } = options;
  wholeOption('gated: attempts', attempts, { unit: 'attempts', max: 1_000 });
  wholeOption('gated: capacity', capacity, { unit: 'values', max: 1_000_000 });
  return source =>
    new Observable<T>(subscriber => {
      const waiting = new Fifo<T>();
      const leaving = new AbortController();
      let isBusy = false;
      let isSourceDone = false;
      let stopWaiting = (): void => undefined;

      const pass = (value: T, attempt: number): void | Promise<void> => {
        if (!isAskable(value)) return subscriber.next(value);
        const context = contextOf(value, { ...given, attempt, signal: leaving.signal });
        const decision = gate.ask(value, context);
        return isThenable(decision)
          ? decision.then(late => act(value, late, attempt))
          : act(value, decision, attempt);
      };
      const act = (value: T & Matter, decision: Decision, attempt: number): void | Promise<void> => {
        switch (decision.signal) {
          case 'PROCEED':
            return subscriber.next(value);
          case 'SKIP':
            return;
          case 'FALLBACK':
            return subscriber.next({ ...value, data: decision.value as JsonObject });
          case 'RETRY': {
            if (attempt < attempts) return pause(decision.delay).then(() => pass(value, attempt + 1));
            const reason = `RETRY after ${attempt} attempts`;
            throw vetoError({ signal: 'FAIL', policy: decision.policy, reason }, value);
          }
          case 'FAIL':
          case 'ERROR':
            throw vetoError(decision, value);
        }
      };
      const pause = (delay: number): Promise<void> =>
        new Promise(resolve => (stopWaiting = clock.alarm(delay, resolve, false)));
      const fail = (error: unknown): void => subscriber.error(error);

      // What is judged at once returns into this loop instead of calling it again.
      const serve = (): void => {
        isBusy = true;
        try {
          while (waiting.length > 0 && !subscriber.closed) {
            const later = pass(waiting.shift()!, 1);
            if (later) return void later.then(serve, fail);
          }
        } catch (error) {
          return fail(error);
        }
        isBusy = false;
        if (isSourceDone) subscriber.complete();
      };

      const { signal } = given;
      const stopListening = signal?.aborted
        ? undefined
        : signal && onAbort(signal, () => fail(signal.reason));
      subscriber.add(() => {
        stopListening?.();
        stopWaiting();
        waiting.clear();
        leaving.abort();
      });
      if (signal?.aborted) return fail(signal.reason);
      listenWhileOpen(subscriber)(source, {
        next: value => {
          if (waiting.length >= capacity) throw overflow(capacity);
          waiting.push(value);
          if (!isBusy) serve();
        },
        complete: () => {
          isSourceDone = true;
          if (!isBusy) subscriber.complete();
        },
      });
    });
}

function isAskable<T>(value: T): value is T & Matter {
  const type = (value as { type?: unknown } | null | undefined)?.type;
  if (typeof type !== 'string') return false;
  return isStatement(type) || !isEventType(type) || ASKED_BEFORE.has(type);
}

function contextOf(
  value: object,
  given: Partial<ExecutionContext> & Pick<ExecutionContext, 'attempt' | 'signal'>,
): ExecutionContext {
  const { runId, tenantId, node } = value as Partial<Record<string, unknown>>;
  const word = (own: unknown): string | undefined => (typeof own === 'string' ? own : undefined);
  return {
    ...given,
    runId: word(runId) ?? given.runId ?? '',
    tenantId: word(tenantId) ?? given.tenantId ?? 'default',
    node: word(node) ?? given.node,
  };
}

function overflow(capacity: number): SluiceError {
  return new SluiceError(
    'BUFFER_OVERFLOW',
    `gated: more than ${capacity} values wait for a verdict. Make the policies faster, or raise capacity.`,
  );
}
