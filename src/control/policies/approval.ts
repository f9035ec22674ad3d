import * as z from 'zod';
import { nameOption } from '../../operators/check-option.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import type { Policy } from '../policy.ts';
import type { Verdict } from '../verdict.ts';
import { type OpenQuestion, OpenQuestions } from './open-questions.ts';
import { badOption, functionOption, MILLISECONDS, numberOption, shown } from './policy-option.ts';
import { ASKING_ORDER, type PolicyPlace } from './policy-place.ts';
import { RunNotes } from './run-notes.ts';
import { callOf, isEnd, isFailure, isSuccess, runOf, thingOf } from './subject-names.ts';

/** Whom {@link approval} asks what. */
export interface ApprovalOptions extends PolicyPlace {
  /** Default: the name of the tool and its arguments. */
  readonly question?: string | ((subject: Matter, context: ExecutionContext) => string) | undefined;
  /** Milliseconds an answer is waited for: 1 to a year. Default: 900,000, a quarter of an hour. */
  readonly timeout?: number | undefined;
  /** What no answer means. Default: `deny`. */
  readonly default?: 'allow' | 'deny' | undefined;
  /** Which calls need it. Default: all of `types`. */
  readonly when?: ((subject: Matter, context: ExecutionContext) => boolean) | undefined;
  /** Of the answer. Default: a boolean, which the page shows as two buttons. */
  readonly schema?: z.ZodType | undefined;
  /** Whether an answer means yes. Default: `true`, or an object with `approved: true`; its `reason` is told. */
  readonly approves?: ((answer: unknown) => boolean) | undefined;
  /**
   * How long an answer holds: `call`, for one call with all of its attempts; `run`, for all calls of that tool in the run.
   * Default: `call`.
   */
  readonly rememberFor?: 'call' | 'run' | undefined;
}

const LONGEST_QUESTION = 2_000;

/**
 * Asks a person. Asked about `tool.called`; answers later, so it judges no statements. The run counts as waiting
 * meanwhile, and everything else in it goes on. Where nobody can be asked (a gate without a run) it fails. A call that is
 * given up before the answer leaves its question open. Throws `BAD_OPTION`. Memory: the answers of live runs, 10,000 at
 * the most.
 */
export function approval(options: ApprovalOptions = {}): Policy {
  const { name = 'approval', priority = ASKING_ORDER.person, types = 'tool.called' } = options;
  const { question = questionOf, when, schema = z.boolean(), approves = isYes } = options;
  if (typeof question !== 'string' && typeof question !== 'function') {
    throw badOption('approval: question', `expected a text or a function, got ${shown(question)}`);
  }
  functionOption('approval: when', when);
  functionOption('approval: approves', approves);
  const timeout = numberOption('approval: timeout', options.timeout ?? 900_000, MILLISECONDS);
  const fallback = nameOption('approval: default', options.default ?? 'deny', ['allow', 'deny']);
  const rememberFor = nameOption('approval: rememberFor', options.rememberFor ?? 'call', ['call', 'run']);
  const answers = new RunNotes<Promise<Verdict>>();
  const open = new OpenQuestions();

  const keyOf = (subject: Matter, context: ExecutionContext): string =>
    rememberFor === 'run' ? thingOf(subject) : (callOf(subject, context) ?? thingOf(subject));

  async function answered(asked: OpenQuestion, ask: NonNullable<ExecutionContext['ask']>): Promise<Verdict> {
    try {
      const answer = await ask(asked.question, { timeout, default: fallback === 'allow', schema });
      if (asked.by === 'default') {
        return fallback === 'allow'
          ? { signal: 'PROCEED' }
          : { signal: 'FAIL', reason: `nobody answered within ${timeout} ms` };
      }
      return approves(answer) === true ? { signal: 'PROCEED' } : denied(answer, asked.by);
    } finally {
      open.close(asked);
    }
  }

  return {
    ...{ name, priority, types, timeout: Infinity },
    observes: ['ask', 'answer', 'tool.*', 'llm.*', 'node.*'],
    decide(subject, context) {
      if (when && !when(subject, context)) return { signal: 'PROCEED' };
      const { ask } = context;
      if (!ask) return { signal: 'FAIL', reason: 'it needs approval, and there is nobody to ask here' };
      const run = runOf(context);
      const key = keyOf(subject, context);
      const known = answers.get(run, key);
      if (known) return known;
      const text = typeof question === 'string' ? question : question(subject, context);
      const verdict = answered(open.begin(run, text), ask);
      answers.set(run, key, verdict);
      const forget = (): void => {
        if (answers.get(run, key) === verdict) answers.delete(run, key);
      };
      verdict.then(({ signal }) => {
        // A call that was denied is over; whoever calls again is asked about again.
        if (rememberFor === 'call' && signal !== 'PROCEED') forget();
      }, forget);
      return verdict;
    },
    observe(subject, context) {
      const { type, data } = subject;
      const run = runOf(context);
      open.hear(run, subject);
      if (isEnd(subject)) return answers.endRun(run);
      const isOver = isSuccess(type) || (isFailure(type) && data['willRetry'] !== true);
      const call = isOver && rememberFor === 'call' ? callOf(subject, context) : undefined;
      if (call !== undefined) answers.delete(run, call);
    },
  };
}

function denied(answer: unknown, by: unknown): Verdict {
  const who = typeof by === 'string' ? by : 'somebody';
  const { reason } = Object(answer) as { readonly reason?: unknown };
  const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  return { signal: 'FAIL', reason: `denied by ${who}${why}` };
}

function questionOf(subject: Matter): string {
  const { args } = subject.data;
  const how = args === undefined || args === null ? '' : ` with ${JSON.stringify(args)}`;
  return `Allow ${thingOf(subject)}${how}?`.slice(0, LONGEST_QUESTION);
}

function isYes(answer: unknown): boolean {
  return answer === true || (Object(answer) as { readonly approved?: unknown }).approved === true;
}
