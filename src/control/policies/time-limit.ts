import { systemClock, type Clock } from '../../time/clock.ts';
import type { Policy } from '../policy.ts';
import { MILLISECONDS, numberOption } from './policy-option.ts';
import { ACTIONS, ASKING_ORDER, FAILURES, type PolicyPlace } from './policy-place.ts';
import { RunNotes } from './run-notes.ts';
import { callOf, isEnd, isFailure, isSuccess, runOf, thingOf } from './subject-names.ts';

/** How long {@link timeLimit} lets a call go on. */
export interface TimeLimitOptions extends PolicyPlace {
  /** Milliseconds from the first attempt, delays and failures in between: 1 to a year. */
  readonly ms: number;
  readonly clock?: Clock | undefined;
}

/**
 * Ends the attempts of a call: no new one begins, and none is tried again, once so much time has passed since the first.
 * A policy judges and cannot stop work that is under way: `timeout` of `ctx.tool`, `ctx.llm` and `ctx.node` does that,
 * for each attempt, and `maxDuration` for a run. Asked about `tool.called`, `llm.prompt`, `node.started` and how they
 * fail, before `retry`; answers at once. Throws `BAD_OPTION`. Memory: the calls under way, 10,000 at the most.
 */
export function timeLimit(options: TimeLimitOptions): Policy {
  const { name = 'timeLimit', priority = ASKING_ORDER.time, types = [...ACTIONS, ...FAILURES] } = options;
  const { clock = systemClock } = options;
  const ms = numberOption('timeLimit: ms', options.ms, MILLISECONDS);
  const begun = new RunNotes<number>();
  return {
    ...{ name, priority, types },
    observes: ['tool.*', 'llm.*', 'node.*'],
    decide(subject, context) {
      const call = callOf(subject, context);
      if (call === undefined) return { signal: 'PROCEED' };
      const now = clock.now();
      const since = begun.get(runOf(context), call);
      if (since === undefined) {
        if (!isFailure(subject.type)) begun.set(runOf(context), call, now);
        return { signal: 'PROCEED' };
      }
      if (now - since < ms) return { signal: 'PROCEED' };
      return { signal: 'FAIL', reason: `${thingOf(subject)}: began ${now - since} ms ago, of ${ms} allowed` };
    },
    observe(subject, context) {
      if (isEnd(subject)) return begun.endRun(runOf(context));
      const { type, data } = subject;
      if (!isSuccess(type) && !(isFailure(type) && data['willRetry'] !== true)) return;
      const call = callOf(subject, context);
      if (call !== undefined) begun.delete(runOf(context), call);
    },
  };
}
