import * as z from 'zod';
import { RUN_STATUSES } from '../../event/schemas.ts';
import type { Operation, Operations } from '../described-operation.ts';
import { jsonAnswer, jsonContent, parameter, streamAnswer } from '../operation-parts.ts';
import { RunInput } from './run-input.ts';

const text = z.string();
const Status = z.object({ runId: text, status: z.enum(RUN_STATUSES) });

const cancelled = (id: string): Operation => ({
  id,
  summary: 'AG-UI: cancel a run',
  answers: {
    200: jsonAnswer('It was cancelled before.', Status),
    202: jsonAnswer('It is asked to stop.', Status),
  },
  problems: ['RUN_NOT_FOUND', 'RUN_ENDED'],
});

/** What the addresses of AG-UI do, for `/openapi.json`. */
export const AG_UI_OPERATIONS: Operations = {
  '': {
    POST: {
      id: 'ag_ui_run',
      summary: 'AG-UI: start a run, or answer what interrupted one, and read it on the same connection',
      query: {
        agent: parameter('The agent, where there are several and none is served by default.', text),
      },
      body: jsonContent(RunInput),
      answers: {
        200: streamAnswer('The run, up to its end or to its next question.', {
          location: 'The address of the run.',
        }),
      },
      problems: [
        ...(['BAD_REQUEST', 'BODY_TOO_LARGE', 'BAD_INPUT', 'UNKNOWN_AGENT', 'RUN_EXISTS'] as const),
        ...(['IDEMPOTENCY_CONFLICT', 'TOO_MANY_RUNS'] as const),
        ...(['RUN_NOT_FOUND', 'ASK_NOT_FOUND', 'BAD_ANSWER'] as const),
      ],
    },
  },
  '/{run_id}': {
    GET: {
      id: 'ag_ui_rejoin',
      summary: 'AG-UI: a run from its beginning, or from where a client was cut',
      query: { after: parameter('The cursor of an event: what comes behind it.', text) },
      headers: { 'last-event-id': parameter('The same; wins over `after`.', text) },
      answers: {
        200: streamAnswer('The run, up to its end or to the question that is open.', {
          location: 'The address of the run.',
        }),
        204: { description: 'Nothing follows the cursor: the run has ended.' },
      },
      problems: ['RUN_NOT_FOUND', 'BAD_CURSOR'],
    },
    DELETE: cancelled('ag_ui_cancel'),
  },
  '/{run_id}/cancel': { POST: cancelled('ag_ui_cancel_by_post') },
};
