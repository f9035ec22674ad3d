import * as z from 'zod';
import { isId } from '../../event/ids.ts';
import type { JsonObject } from '../../event/json.ts';
import { refuse } from './refusal.ts';
import { TASK_STATES, type A2aMessage } from './wire.ts';

// Parts and messages keep members that this version does not know.
const json = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
const Part = z
  .looseObject({
    text: z.string().optional(),
    url: z.string().optional(),
    raw: z.string().optional(),
    data: z.unknown().optional(),
    filename: z.string().optional(),
    mediaType: z.string().optional(),
    metadata: json.optional(),
  })
  .refine(
    part => ['text', 'url', 'raw', 'data'].filter(name => part[name] !== undefined).length === 1,
    'expected exactly one of text, url, raw, data',
  );
const Message = z.looseObject({
  messageId: z.string().min(1).max(1_024),
  role: z.literal('ROLE_USER', { error: 'expected ROLE_USER' }),
  parts: z.array(Part).min(1),
  taskId: z.string().optional(),
  contextId: z.string().optional(),
  metadata: json.optional(),
}) as unknown as z.ZodType<A2aMessage>;

const tenant = z.string().optional();
const historyLength = z.coerce.number().int().min(0).optional();

const Authentication = z.looseObject({ scheme: z.string(), credentials: z.string().optional() });
/** Where updates of a task are to be sent. */
export const PushConfig = z.object({
  tenant,
  taskId: z.string().optional(),
  id: z.string().max(256).optional(),
  url: z.string().min(1).max(2_048),
  token: z.string().max(4_096).optional(),
  authentication: Authentication.optional(),
});

/** The parameters of each operation. */
export const PARAMS = {
  send: z.object({
    tenant,
    message: Message,
    configuration: z
      .looseObject({
        acceptedOutputModes: z.array(z.string()).optional(),
        taskPushNotificationConfig: PushConfig.optional(),
        historyLength,
        returnImmediately: z.boolean().optional(),
      })
      .optional(),
    metadata: json.optional(),
  }),
  get: z.object({ tenant, id: z.string().min(1), historyLength }),
  list: z.object({
    tenant,
    contextId: z.string().optional(),
    status: z.enum(TASK_STATES, { error: 'expected the name of a state' }).or(z.literal('')).optional(),
    pageSize: z.coerce.number().int().min(1).max(100).optional(),
    pageToken: z.string().optional(),
    historyLength,
    statusTimestampAfter: z.string().optional(),
    includeArtifacts: z
      .union([z.boolean(), z.enum(['true', 'false']).transform(text => text === 'true')])
      .optional(),
  }),
  cancel: z.object({ tenant, id: z.string().min(1), metadata: json.optional() }),
  subscribe: z.object({ tenant, id: z.string().min(1), metadata: json.optional() }),
  setPush: PushConfig.extend({ taskId: z.string().min(1) }),
  onePush: z.object({ tenant, taskId: z.string().min(1), id: z.string().min(1) }),
  listPush: z.object({
    tenant,
    taskId: z.string().min(1),
    pageSize: z.coerce.number().int().min(0).optional(),
    pageToken: z.string().optional(),
  }),
  card: z.object({ tenant }),
};

/** Checks parameters. Throws `INVALID_PARAMS` of A2A. */
export function checkParams<Schema extends z.ZodType>(schema: Schema, params: unknown): z.output<Schema> {
  const checked = schema.safeParse(params ?? {});
  if (checked.success) return checked.data;
  const issues = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'params'}: ${message}`);
  throw refuse('INVALID_PARAMS', `${issues.join('; ')}.`);
}

/** The id of a task. What cannot be one names none: throws `TASK_NOT_FOUND` of A2A. */
export function taskId(id: string): string {
  const shown = JSON.stringify(id.slice(0, 64));
  if (isId(id)) return id;
  throw refuse('TASK_NOT_FOUND', `task ${shown} does not exist, or is not kept any longer.`);
}
