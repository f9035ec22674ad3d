import * as z from 'zod';
import { isId } from '../../event/ids.ts';
import { ASK_TOOL } from './tell-chat-event.ts';

const part = z.looseObject({ type: z.string() });

/** What a chat of the AI SDK sends. What its parts hold is the agent's business. */
export const ChatBody = z.looseObject({
  id: z.string().refine(isId, {
    error: 'expected 1 to 128 letters, digits, ".", "_" or "-", a letter or digit first',
  }),
  messages: z
    .array(
      z.looseObject({
        id: z.string(),
        role: z.enum(['system', 'user', 'assistant']),
        parts: z.array(part),
      }),
    )
    .min(1),
  trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
  messageId: z.string().optional(),
});

/** A request that was checked. */
export type CheckedChat = z.output<typeof ChatBody>;

/** The text of the newest message of the user; empty if there is none. */
export function newestChatText({ messages }: Pick<CheckedChat, 'messages'>): string {
  const parts = messages.findLast(({ role }) => role === 'user')?.parts ?? [];
  return parts
    .map(({ type, ['text']: text }) => (type === 'text' && typeof text === 'string' ? text : ''))
    .join('');
}

/** A question that the client settled, with a value or without one. */
export interface SettledQuestion {
  readonly askId: string;
  readonly value: unknown;
  readonly isDismissed: boolean;
}

/** What the newest message says of questions, and the run that it is. */
export function settledQuestions({ messages }: Pick<CheckedChat, 'messages'>): {
  readonly runId: string;
  readonly settled: readonly SettledQuestion[];
} {
  const { id: runId, role, parts } = messages.at(-1)!;
  if (role !== 'assistant' || !isId(runId)) return { runId, settled: [] };
  const settled = parts.flatMap(given => {
    const { type, toolName, toolCallId, state, output } = given;
    const isAsk = type === `tool-${ASK_TOOL}` || (type === 'dynamic-tool' && toolName === ASK_TOOL);
    const isSettled = state === 'output-available' || state === 'output-error';
    if (!isAsk || !isSettled || typeof toolCallId !== 'string') return [];
    return [{ askId: toolCallId, value: output ?? null, isDismissed: state === 'output-error' }];
  });
  return { runId, settled };
}
