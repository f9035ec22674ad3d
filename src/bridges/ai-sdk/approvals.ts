import * as z from 'zod';
import type { RunContext } from '../../run/context.ts';
import type { ApprovalRequest } from './call-parts.ts';

/** What a person may answer: yes or no, or why. */
const ANSWER = z.union([z.boolean(), z.object({ approved: z.boolean(), reason: z.string().optional() })]);

/** Turns a call that waits into a question. */
export type ApprovalQuestion = (request: ApprovalRequest) => string;

/** What is asked by default: the tool and its arguments. */
export function approvalQuestion({ tool, args }: ApprovalRequest): string {
  return `Call ${tool} with ${JSON.stringify(args)}?`;
}

/** Asks about all calls at once. Resolves with the message that tells the AI SDK; rejects like `ctx.ask`. */
export async function askApprovals(
  ctx: RunContext<never> | RunContext,
  requests: readonly ApprovalRequest[],
  question: ApprovalQuestion = approvalQuestion,
): Promise<object> {
  const content = await Promise.all(
    requests.map(async request => {
      const answer = await ctx.ask(question(request), { schema: ANSWER });
      const decided = typeof answer === 'boolean' ? { approved: answer } : answer;
      return { type: 'tool-approval-response', approvalId: request.approvalId, ...decided };
    }),
  );
  return { role: 'tool', content };
}
