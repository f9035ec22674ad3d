import * as z from 'zod';
import { isId } from '../../event/ids.ts';
import type { JsonObject } from '../../event/json.ts';

const id = z.string().refine(isId, {
  error: 'expected 1 to 128 letters, digits, ".", "_" or "-", a letter or digit first',
});
const message = z.looseObject({
  id: z.string(),
  role: z.enum(['developer', 'system', 'assistant', 'user', 'tool', 'activity', 'reasoning']),
});

/** What a client of AG-UI sends. What a tool, a context or a message holds is the agent's business. */
export const RunInput = z.looseObject({
  threadId: id,
  runId: id,
  parentRunId: z.string().optional(),
  state: z.unknown().optional(),
  messages: z.array(message),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  context: z.array(z.looseObject({})).default([]),
  forwardedProps: z.unknown().optional(),
  resume: z
    .array(
      z.looseObject({
        interruptId: z.string(),
        status: z.enum(['resolved', 'cancelled']),
        payload: z.unknown().optional(),
      }),
    )
    .max(100)
    .optional(),
});

/** An input that was checked. */
export type CheckedRunInput = z.output<typeof RunInput>;

const Conversation = z.object({ messages: z.array(message) });

/** The conversation that a run was started with, if a client of AG-UI started it. */
export function messagesOf(input: unknown): readonly JsonObject[] {
  const checked = Conversation.safeParse(input);
  return checked.success ? (checked.data.messages as readonly JsonObject[]) : [];
}

/** The text of the newest message of the user; empty if there is none. */
export function newestText({ messages }: Pick<CheckedRunInput, 'messages'>): string {
  const content = messages.findLast(({ role }) => role === 'user')?.['content'];
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { type?: unknown; text?: unknown }) =>
      part?.type === 'text' && typeof part.text === 'string' ? part.text : '',
    )
    .join('');
}
