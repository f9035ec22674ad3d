import * as z from 'zod';
import type { Operation, Operations } from '../described-operation.ts';
import { jsonAnswer, jsonContent, parameter, streamAnswer } from '../operation-parts.ts';

const text = z.string();
const count = z.int().min(0);

const TENANT = { tenant_id: parameter('Another tenant than that of the credential has no tasks.', text) };
const QueueInfo = z.object({
  ...{ task_id: text, tenant_id: text, event_count: count, subscriber_count: z.null() },
  ...{ is_closed: z.boolean(), is_cancelled: z.boolean(), created_at: text, ttl_minutes: z.number() },
});

/** A problem as the EventQueue tells it. */
export const QueueRefusal = z.object({ detail: text, code: text });

const streamed = (id: string, what: string): Operation => ({
  id,
  summary: `A2A EventQueue: the events of ${what}, live`,
  query: { ...TENANT, from_offset: parameter('So many events are left out.', count) },
  headers: { 'last-event-id': parameter('A cursor; wins over `from_offset`.', text) },
  answers: {
    200: streamAnswer('The events, up to the end of the task.'),
    204: { description: 'Nothing follows the cursor: the task has ended.' },
  },
});

const cancelled = (id: string, what: string): Operation => ({
  id,
  summary: `A2A EventQueue: cancel ${what}`,
  query: TENANT,
  body: jsonContent(z.object({ reason: z.string().max(16_384).nullish() })),
  answers: {
    200: jsonAnswer(
      'Whether it is cancelled now.',
      z.object({ task_id: text, cancelled: z.boolean(), message: text }),
    ),
  },
});

/** What the addresses of the EventQueue do, for `/openapi.json`. */
export const QUEUE_OPERATIONS: Operations = {
  '/events/workflows/{workflow_id}': { GET: streamed('queue_read_workflow', 'a workflow') },
  '/events/ingestion/{job_id}': { GET: streamed('queue_read_ingestion', 'an ingestion job') },
  '/events/workflows/{workflow_id}/cancel': { POST: cancelled('queue_cancel_workflow', 'a workflow') },
  '/events/ingestion/{job_id}/cancel': { POST: cancelled('queue_cancel_ingestion', 'an ingestion job') },
  '/events/queues': {
    GET: {
      id: 'queue_list',
      summary: 'A2A EventQueue: the queues that are not closed, newest first',
      query: TENANT,
      answers: { 200: jsonAnswer('The queues.', z.array(QueueInfo)) },
    },
  },
  '/events/queues/{task_id}': {
    GET: {
      id: 'queue_show',
      summary: 'A2A EventQueue: the queue of a task',
      query: TENANT,
      answers: { 200: jsonAnswer('The queue.', QueueInfo) },
    },
  },
  '/events/queues/{task_id}/offset': {
    GET: {
      id: 'queue_offset',
      summary: 'A2A EventQueue: how many events a task has',
      query: TENANT,
      answers: { 200: jsonAnswer('The offset.', z.object({ task_id: text, offset: count })) },
    },
  },
};
