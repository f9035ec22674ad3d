import { expect } from '@jest/globals';
import { jsonOf } from './json-of.ts';

/** An answer that says what went wrong. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly runId?: string;
  readonly detail: string;
  readonly details?: Record<string, unknown>;
}

/** Checks that an answer is a problem with all that a client may rely on. */
export async function expectProblem(answer: Response, status: number, code: string): Promise<Problem> {
  expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
    status,
    type: 'application/problem+json',
  });
  const problem = await jsonOf<Problem>(answer);
  expect(problem).toMatchObject({ type: `urn:sluice:error:${code}`, status, code });
  expect(Object.keys(problem)).toEqual(expect.arrayContaining(['title', 'detail']));
  return problem;
}
