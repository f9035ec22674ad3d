import {
  EMPTY,
  Observable,
  type OperatorFunction,
  type SchedulerAction,
  type SchedulerLike,
  Subject,
  take,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { breach, type Law } from './law.ts';

/** An operator that sits the exam. */
export interface OperatorSubject {
  /** Makes the operator. If it has timers they must run on `scheduler`, and none may ring within a second. */
  make(scheduler: SchedulerLike): OperatorFunction<never, unknown>;
  /** Three or more values that the operator passes unchanged and at once, in any order and number. */
  readonly passing: readonly unknown[];
}

/** What a subscriber saw, and when. */
interface Seen {
  readonly values: { readonly value: unknown; readonly at: number }[];
  end?: 'completed' | { readonly error: unknown };
}

// Far behind every timer, so that an action which sets itself again and again ends the check.
const END_OF_TIME = 2 ** 32;
/** A firehose that nobody stops is turned off here. */
const FIREHOSE = 100;

/** What every operator keeps, its own job aside. Run each of them against each operator. */
export const operatorLaws: readonly Law<OperatorSubject>[] = [
  {
    name: 'mirrors an empty source',
    check(subject) {
      const time = virtualTime();
      const seen = watch(EMPTY.pipe(subject.make(time)), time);
      if (seen.end !== 'completed') breach('expected completion when the source completed, got none');
      if (seen.values.length > 0) breach(`expected no values of an empty source, got ${seen.values.length}`);
    },
  },
  {
    name: 'passes the error of the source',
    check(subject) {
      const time = virtualTime();
      const fault = new Error('planted');
      const { end } = watch(
        pipe(
          throwError(() => fault),
          subject,
          time,
        ),
        time,
      );
      if (typeof end !== 'object' || end.error !== fault) breach('expected the very error of the source');
    },
  },
  {
    name: 'passes values in order and in the same frame',
    check(subject) {
      const time = virtualTime();
      const source = new Subject<unknown>();
      const seen = watch(pipe(source, subject, time), time);
      subject.passing.forEach((value, i) => time.schedule(() => source.next(value), i * 10));
      time.schedule(() => source.complete(), subject.passing.length * 10);
      time.flush();
      sameValues(seen, subject.passing);
      seen.values.forEach(({ at }, i) => {
        if (at !== i * 10) breach(`expected value ${i} in frame ${i * 10}, got it in frame ${at}`);
      });
      if (seen.end !== 'completed') breach('expected completion when the source completed, got none');
    },
  },
  {
    name: 'leaves the source when the subscriber leaves',
    check(subject) {
      const time = virtualTime();
      let left = 0;
      const source = new Observable<unknown>(subscriber => {
        subscriber.next(subject.passing[0]);
        return () => left++;
      });
      const subscription = pipe(source, subject, time).subscribe();
      if (left > 0) breach('expected to stay with a source that goes on, but it was left');
      subscription.unsubscribe();
      if (left !== 1) breach(`expected to leave the source once, left it ${left} times`);
    },
  },
  {
    name: 'leaves no scheduled action behind',
    check(subject) {
      const endings: Record<string, (source: Subject<unknown>, leave: () => void) => void> = {
        unsubscribing: (_, leave) => leave(),
        completion: source => source.complete(),
        error: source => source.error(new Error('planted')),
      };
      for (const [name, end] of Object.entries(endings)) {
        const time = virtualTime();
        const late = countingWork(time);
        const source = new Subject<unknown>();
        const subscription = pipe(source, subject, late.scheduler).subscribe({ error: () => undefined });
        source.next(subject.passing[0]);
        end(source, () => subscription.unsubscribe());
        late.count = 0;
        time.flush();
        if (late.count > 0) breach(`expected no scheduled action to run after ${name}, ${late.count} did`);
      }
    },
  },
  {
    name: 'stops a synchronous firehose at take(1)',
    check(subject) {
      const time = virtualTime();
      let pulled = 0;
      const firehose = new Observable<unknown>(subscriber => {
        while (!subscriber.closed && pulled < FIREHOSE) {
          subscriber.next(subject.passing[pulled++ % subject.passing.length]);
        }
      });
      watch(pipe(firehose, subject, time).pipe(take(1)), time);
      if (pulled !== 1) breach(`expected 1 value to be pulled, got ${pulled}`);
    },
  },
  {
    name: 'keeps no state between two subscriptions',
    check(subject) {
      const time = virtualTime();
      const source = new Subject<unknown>();
      const piped = pipe(source, subject, time);
      const early = watch(piped, time);
      source.next(subject.passing[0]);
      const late = watch(piped, time);
      subject.passing.forEach(value => source.next(value));
      source.complete();
      sameValues(late, subject.passing);
      sameValues(early, [subject.passing[0], ...subject.passing]);
      if (early.end !== 'completed' || late.end !== 'completed')
        breach('expected both subscriptions to complete');
    },
  },
];

function virtualTime(): VirtualTimeScheduler {
  return new VirtualTimeScheduler(undefined, END_OF_TIME);
}

function pipe(
  source: Observable<unknown>,
  subject: OperatorSubject,
  scheduler: SchedulerLike,
): Observable<unknown> {
  return (source as Observable<never>).pipe(subject.make(scheduler));
}

function watch(source: Observable<unknown>, time: SchedulerLike): Seen {
  const seen: Seen = { values: [] };
  source.subscribe({
    next: value => seen.values.push({ value, at: time.now() }),
    error: (error: unknown) => (seen.end = { error }),
    complete: () => (seen.end = 'completed'),
  });
  return seen;
}

function sameValues({ values }: Seen, expected: readonly unknown[]): void {
  if (values.length !== expected.length) breach(`expected ${expected.length} values, got ${values.length}`);
  values.forEach(({ value }, i) => {
    if (value !== expected[i]) breach(`expected value ${i} to pass as the same object, got another one`);
  });
}

/** The scheduler, and how much work ran on it. */
function countingWork(time: SchedulerLike): { count: number; readonly scheduler: SchedulerLike } {
  const counter = {
    count: 0,
    scheduler: {
      now: () => time.now(),
      schedule<T>(work: (this: SchedulerAction<T>, state: T) => void, delay?: number, state?: T) {
        return time.schedule<T>(
          function (given) {
            counter.count++;
            work.call(this, given);
          },
          delay ?? 0,
          state as T,
        );
      },
    },
  };
  return counter;
}
