import * as z from 'zod';
import type { Operations } from '../described-operation.ts';
import { jsonAnswer, jsonContent, parameter, streamAnswer } from '../operation-parts.ts';

const text = z.string();
const Status = z.enum(['accepted', 'running', 'completed', 'failed', 'cancelled']);
const input = jsonContent(z.unknown().describe('The input of the agent.'));
const AGENT = { agent: parameter('The agent, where there are several and none is served by default.', text) };
const LOCATION = { location: 'The address of the run.' };

/** A problem as Dockrion tells it. */
export const DockrionRefusal = z.object({ error: text, code: text });

/** What the addresses of Dockrion's runtime do, for `/openapi.json`. */
export const DOCKRION_OPERATIONS: Operations = {
  '/invoke': {
    POST: {
      id: 'dockrion_invoke',
      summary: 'Dockrion: run the agent, and wait for its output',
      ...{ query: AGENT, body: input },
      answers: {
        200: jsonAnswer(
          'The output.',
          z.object({
            success: z.literal(true),
            output: z.unknown(),
            metadata: z.object({ agent: text, framework: text, latency_seconds: z.number() }),
          }),
        ),
        409: jsonAnswer('The run was cancelled.', DockrionRefusal),
        500: jsonAnswer('The run has failed.', DockrionRefusal),
      },
    },
  },
  '/invoke/stream': {
    POST: {
      id: 'dockrion_invoke_stream',
      summary: 'Dockrion: run the agent, and read its events on the same connection (pattern A)',
      ...{ query: AGENT, body: input },
      answers: { 200: streamAnswer('The events of the new run, up to its end.', LOCATION) },
    },
  },
  '/runs': {
    POST: {
      id: 'dockrion_create_run',
      summary: 'Dockrion: start a run (pattern B)',
      query: { ...AGENT, run_id: parameter('The id that it shall have.', text) },
      body: input,
      answers: {
        202: jsonAnswer(
          'It was started.',
          z.object({ run_id: text, status: z.literal('accepted'), events_url: text, created_at: text }),
          LOCATION,
        ),
      },
    },
  },
  '/runs/{run_id}': {
    GET: {
      id: 'dockrion_get_run',
      summary: 'Dockrion: one run',
      answers: {
        200: jsonAnswer(
          'The run.',
          z.object({
            ...{ run_id: text, status: Status, created_at: text, completed_at: text.nullable() },
            output: z.unknown(),
            error: z.object({ message: text, code: text, details: z.null() }).nullable(),
            metadata: z.record(z.string(), z.unknown()),
          }),
        ),
      },
    },
    DELETE: {
      id: 'dockrion_cancel_run',
      summary: 'Dockrion: cancel a run, and wait until it has stopped',
      query: { reason: parameter('Why.', text) },
      answers: { 200: jsonAnswer('It has stopped.', z.object({ run_id: text, status: Status })) },
    },
  },
  '/runs/{run_id}/events': {
    GET: {
      id: 'dockrion_read_events',
      summary: 'Dockrion: the events of a run, live',
      query: {
        from_sequence: parameter('The first event that is wanted.', z.int().min(0)),
        timeout: parameter('Seconds; taken, and of no consequence.', z.int().min(1).max(3_600)),
      },
      headers: { 'last-event-id': parameter('A cursor; wins over `from_sequence`.', text) },
      answers: {
        200: streamAnswer('The events, up to the end of the run.'),
        204: { description: 'Nothing follows the cursor: the run has ended.' },
      },
    },
  },
};
