import * as z from 'zod';
import type { Answer, Content, Operation, Operations, Parameter } from '../described-operation.ts';
import { PushConfig } from './params.ts';
import { TASK_STATES } from './wire.ts';

const text = z.string();
const members = z.record(z.string(), z.unknown());
const JSON_TYPE = 'application/a2a+json';
const content = (schema: z.ZodType): Content => ({ [JSON_TYPE]: schema });
const answer = (description: string, schema: z.ZodType): Answer => ({
  description,
  content: content(schema),
});
const parameter = (description: string, schema: z.ZodType = text): Parameter => ({ description, schema });

const Part = z.looseObject({
  ...{ text: text.optional(), data: z.unknown().optional(), url: text.optional(), raw: text.optional() },
  ...{ filename: text.optional(), mediaType: text.optional(), metadata: members.optional() },
});
const Message = z.looseObject({
  ...{ messageId: text, role: z.enum(['ROLE_USER', 'ROLE_AGENT']), parts: z.array(Part) },
  ...{ taskId: text.optional(), contextId: text.optional(), metadata: members.optional() },
});
const Status = z.object({
  state: z.enum(TASK_STATES),
  message: Message.optional(),
  timestamp: text.optional(),
});
const Artifact = z.looseObject({ artifactId: text, name: text.optional(), parts: z.array(Part) });
const Task = z.object({
  ...{ id: text, contextId: text, status: Status, artifacts: z.array(Artifact).optional() },
  ...{ history: z.array(Message).optional(), metadata: members.optional() },
});
const ShownConfig = z.object({
  ...{ taskId: text, id: text, url: text },
  authentication: z.object({ scheme: text }).optional(),
});
const Sending = z.object({
  message: Message,
  configuration: z
    .looseObject({
      taskPushNotificationConfig: PushConfig.optional(),
      historyLength: z.int().min(0).optional(),
      returnImmediately: z.boolean().optional(),
    })
    .optional(),
  metadata: members.optional(),
});

/** A problem as AIP-193 has it. */
export const A2aRefusal = z.object({
  error: z.object({ code: z.int(), status: text, message: text, details: z.array(members) }),
});

const VERSION = {
  'a2a-version': parameter('1.0; without it 0.3 is meant, which is not spoken.', z.literal('1.0')),
};
const CURSOR = {
  'last-event-id': parameter('A cursor: the task as it was there, then exactly what followed.'),
};
const HISTORY = { historyLength: parameter('Messages of the history at the most.', z.int().min(0)) };

const operation = (id: string, summary: string, more: Omit<Operation, 'id' | 'summary'>): Operation => ({
  ...{ id: `a2a_${id}`, summary: `A2A: ${summary}` },
  ...more,
  headers: { ...VERSION, ...more.headers },
});
const stream = (description: string): Answer => ({
  description,
  content: { 'text/event-stream': undefined },
});

const subscribe = (id: string): Operation =>
  operation(id, 'the task as it is, then every update', {
    headers: CURSOR,
    answers: { 200: stream('A `StreamResponse` in each frame, up to the end or a question.') },
  });

const DESCRIBED: Operations = {
  '/message:send': {
    POST: operation('send_message', 'begin a task, or answer the question that one waits with', {
      body: { 'application/json': Sending, [JSON_TYPE]: Sending },
      answers: { 200: answer('The task, at its end or its next question.', z.object({ task: Task })) },
    }),
  },
  '/message:stream': {
    POST: operation('stream_message', 'begin a task, or answer one, and read its updates', {
      body: { 'application/json': Sending, [JSON_TYPE]: Sending },
      answers: { 200: stream('A `StreamResponse` in each frame, the task first.') },
    }),
  },
  '/tasks': {
    GET: operation('list_tasks', 'the tasks, the one whose status changed last first', {
      query: {
        ...{
          contextId: parameter('Of this context.'),
          status: parameter('In this state.', z.enum(TASK_STATES)),
        },
        pageSize: parameter('Tasks of a page.', z.int().min(1).max(100)),
        pageToken: parameter('`nextPageToken` of the page before.'),
        ...HISTORY,
        statusTimestampAfter: parameter('Whose status changed then or later, RFC 3339.'),
        includeArtifacts: parameter('Whether artifacts are told.', z.boolean()),
      },
      answers: {
        200: answer(
          'A page.',
          z.object({ tasks: z.array(Task), nextPageToken: text, pageSize: z.int(), totalSize: z.int() }),
        ),
      },
    }),
  },
  '/tasks/{id}': {
    GET: operation('get_task', 'one task with its artifacts and history', {
      query: HISTORY,
      answers: { 200: answer('The task.', Task) },
    }),
  },
  '/tasks/{id}:cancel': {
    POST: operation('cancel_task', 'cancel a task, and wait until it has stopped', {
      body: { 'application/json': z.object({ metadata: members.optional() }) },
      answers: { 200: answer('The task, which has stopped.', Task) },
    }),
  },
  '/tasks/{id}:subscribe': { POST: subscribe('subscribe'), GET: subscribe('subscribe_get') },
  '/tasks/{taskId}/pushNotificationConfigs': {
    POST: operation('create_push_config', 'say where updates of a task are sent', {
      body: { 'application/json': PushConfig, [JSON_TYPE]: PushConfig },
      answers: { 200: answer('The configuration, without what is secret in it.', ShownConfig) },
    }),
    GET: operation('list_push_configs', 'where updates of a task are sent', {
      answers: {
        200: answer('All of them.', z.object({ configs: z.array(ShownConfig), nextPageToken: text })),
      },
    }),
  },
  '/tasks/{taskId}/pushNotificationConfigs/{id}': {
    GET: operation('get_push_config', 'one configuration, without what is secret in it', {
      answers: { 200: answer('The configuration.', ShownConfig) },
    }),
    DELETE: operation('delete_push_config', 'send no more updates there', {
      answers: { 200: answer('It is gone, or was before.', z.object({})) },
    }),
  },
  '/extendedAgentCard': {
    GET: operation('extended_card', 'what the agent card says to this tenant', {
      answers: { 200: answer('The card.', members) },
    }),
  },
};

/** What the addresses of the bridge do, for `/openapi.json`. */
export function a2aOperations(place: string, card: string): Operations {
  const rest = Object.entries(DESCRIBED).map(([path, methods]) => [`${place}/v1${path}`, methods]);
  const call = z.object({
    jsonrpc: z.literal('2.0'),
    id: text.or(z.number()),
    method: text,
    params: members,
  });
  return {
    [card]: {
      GET: {
        ...{ id: 'a2a_agent_card', summary: 'A2A: the agent card' },
        answers: {
          200: { description: 'The card.', content: { 'application/json': members } },
          304: { description: 'It is as its tag says.' },
        },
      },
    },
    [place === '' ? '/' : place]: {
      POST: operation('json_rpc', 'every method, as JSON-RPC 2.0', {
        body: { 'application/json': call },
        answers: {
          200: {
            description: 'The result or the error; a stream of them where a method streams.',
            content: {
              'application/json': z.object({
                ...{ jsonrpc: z.literal('2.0'), id: z.union([text, z.number(), z.null()]) },
                ...{ result: z.unknown().optional(), error: z.unknown().optional() },
              }),
              'text/event-stream': undefined,
            },
          },
        },
      }),
    },
    ...(Object.fromEntries(rest) as Operations),
  };
}
