import type * as z from 'zod';
import type { RunContext } from '../../run/context.ts';
import { plainJson } from '../plain-json.ts';
import type { GraphInterrupt } from './graph-reader.ts';

/** A question as a person is asked it. */
export interface GraphQuestion {
  readonly question: string;
  /** What an answer must look like. */
  readonly schema?: z.ZodType | undefined;
  /** Milliseconds to wait. */
  readonly timeout?: number | undefined;
  /** Taken when nobody answers in time. */
  readonly default?: unknown;
}

/** Turns what a node stopped with into a question. */
export type QuestionOf = (value: unknown) => GraphQuestion;

/**
 * What is asked by default: the text that `interrupt` was called with, or its member `question`, `message`, `prompt` or
 * `description`; anything else as JSON.
 */
export function questionOf(value: unknown): GraphQuestion {
  if (typeof value === 'string') return { question: value };
  if (typeof value === 'object' && value !== null) {
    const { question, message, prompt, description } = value as Record<string, unknown>;
    const text = [question, message, prompt, description].find(
      said => typeof said === 'string' && said !== '',
    );
    if (text !== undefined) return { question: text as string };
  }
  return { question: JSON.stringify(plainJson(value)) };
}

/**
 * Asks all that a graph stopped for at once, and resolves with what `Command({ resume })` takes: each answer under its
 * interrupt's id, or the one answer where a graph names none. Rejects like `ctx.ask`.
 */
export async function answersTo(
  ctx: RunContext<never> | RunContext,
  interrupts: readonly GraphInterrupt[],
  ask: QuestionOf = questionOf,
): Promise<unknown> {
  const answers = await Promise.all(
    interrupts.map(async ({ id, value }) => {
      const { question, ...options } = ask(value);
      return [id, await ctx.ask(question, options)] as const;
    }),
  );
  const [first] = answers;
  if (answers.length === 1 && first![0] === undefined) return first![1];
  return Object.fromEntries(answers.map(([id, answer], at) => [id ?? String(at), answer]));
}
