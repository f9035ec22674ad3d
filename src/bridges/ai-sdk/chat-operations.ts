import * as z from 'zod';
import type { Operation, Operations } from '../described-operation.ts';
import { jsonAnswer, jsonContent, parameter, streamAnswer } from '../operation-parts.ts';
import { ChatBody } from './chat-request.ts';

const text = z.string();
const VERSION = { 'x-vercel-ai-ui-message-stream': 'Of the stream: `v1`.' };

const stopped = (id: string): Operation => ({
  id,
  summary: 'AI SDK: cancel the runs that are active in a chat',
  answers: {
    202: jsonAnswer('They are asked to stop.', z.object({ runIds: z.array(text) })),
    204: { description: 'None is active.' },
  },
});

/** What the addresses of a chat do, for `/openapi.json`. */
export const CHAT_OPERATIONS: Operations = {
  '': {
    POST: {
      id: 'ai_sdk_chat',
      summary: 'AI SDK: answer a message with a run, or go on with the one whose question it answers',
      query: {
        agent: parameter('The agent, where there are several and none is served by default.', text),
      },
      body: jsonContent(ChatBody),
      answers: { 200: streamAnswer('A UI message stream: the run, up to its end or question.', VERSION) },
      problems: [
        ...(['BAD_REQUEST', 'BODY_TOO_LARGE', 'BAD_INPUT', 'UNKNOWN_AGENT', 'TOO_MANY_RUNS'] as const),
        'BAD_ANSWER',
      ],
    },
  },
  '/{chat_id}/stream': {
    GET: {
      id: 'ai_sdk_resume',
      summary: 'AI SDK: the run that is active in a chat, or the rest of the one that a client was cut in',
      query: { after: parameter('The cursor of a chunk: what comes behind it.', text) },
      headers: { 'last-event-id': parameter('The same; wins over `after`.', text) },
      answers: {
        200: streamAnswer('A UI message stream: the run, up to its end or question.', VERSION),
        204: { description: 'No run is active, or nothing follows the cursor.' },
      },
      problems: ['BAD_CURSOR'],
    },
    DELETE: stopped('ai_sdk_stop'),
  },
  '/{chat_id}/stop': { POST: stopped('ai_sdk_stop_by_post') },
};
