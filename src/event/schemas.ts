import * as z from 'zod';
import type { Json, JsonObject } from './json.ts';

// Checked for being plain JSON at intake already, so the schema only gives the type.
const json = z.unknown() as unknown as z.ZodType<Json>;
const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
const count = z.int().min(0);
const milliseconds = z.number().min(0);
const name = z.string().min(1);
const usage = z.object({
  inputTokens: count.optional(),
  outputTokens: count.optional(),
  cost: z.number().min(0).optional(),
});
/** Which try it is; left out where it is the first and the type does not ask for it. */
const attempt = z.int().min(1);
/** That of a `SluiceError`; errors of others have none. */
const code = z.string().optional();
const failedCall = z.object({
  callId: name,
  error: z.string(),
  code,
  attempt: attempt.optional(),
  willRetry: z.boolean().optional(),
});

/** The six states of a run, in the order in which they can follow each other. */
export const RUN_STATUSES = ['accepted', 'running', 'waiting', 'completed', 'failed', 'cancelled'] as const;

const lifecycle = {
  started: z.object({
    agent: z.string().optional(),
    framework: z.string().optional(),
    input: json.optional(),
  }),
  complete: z.object({
    output: json.optional(),
    summary: z.string().optional(),
    durationMs: milliseconds,
    usage: usage.optional(),
  }),
  error: z.object({
    code: name,
    message: z.string(),
    errorType: z.string().optional(),
    recoverable: z.boolean(),
    details: jsonObject.optional(),
  }),
  cancelled: z.object({ reason: z.string().optional(), forced: z.boolean().optional() }),
};

const streaming = {
  token: z.object({
    content: z.string(),
    messageId: z.string().optional(),
    role: z.string().optional(),
    finishReason: z.string().optional(),
  }),
  step: z.object({
    name,
    durationMs: milliseconds.optional(),
    inputKeys: z.array(z.string()).optional(),
    outputKeys: z.array(z.string()).optional(),
  }),
  progress: z.object({
    step: z.string().optional(),
    current: z.number().optional(),
    total: z.number().optional(),
    fraction: z.number().min(0).max(1),
    message: z.string().optional(),
    details: jsonObject.optional(),
  }),
  checkpoint: z.object({ name, data: json }),
  artifact: z.object({
    artifactId: name,
    artifactType: name,
    name: z.string().optional(),
    data: json,
    partial: z.boolean().optional(),
    last: z.boolean().optional(),
  }),
};

const execution = {
  'pipeline.started': z.object({ name, waves: count, nodes: count }),
  'pipeline.completed': z.object({
    name: name.optional(),
    durationMs: milliseconds,
    results: jsonObject.optional(),
  }),
  'pipeline.failed': z.object({ name: name.optional(), error: z.string(), code }),
  'wave.started': z.object({ index: count, nodes: z.array(z.string()) }),
  'wave.completed': z.object({ index: count, durationMs: milliseconds }),
  'wave.failed': z.object({ index: count, error: z.string(), code }),
  'node.started': z.object({
    name,
    wave: count.optional(),
    dependencies: z.array(z.string()).optional(),
    attempt,
  }),
  'node.completed': z.object({ name, result: json.optional(), durationMs: milliseconds }),
  'node.failed': z.object({ name, error: z.string(), code, attempt, willRetry: z.boolean() }),
  'node.skipped': z.object({ name, value: json.optional() }),
  'tool.called': z.object({ callId: name, tool: name, args: json, attempt: attempt.optional() }),
  'tool.completed': z.object({ callId: name, result: json, durationMs: milliseconds }),
  'tool.failed': failedCall,
  'llm.prompt': z.object({
    callId: name,
    model: z.string().optional(),
    messages: z.array(json),
    attempt: attempt.optional(),
  }),
  'llm.response': z.object({
    callId: name,
    response: json,
    durationMs: milliseconds,
    usage: usage.optional(),
  }),
  'llm.failed': failedCall,
};

const conversation = {
  action: z.object({ kind: name, content: z.string().optional(), args: jsonObject.optional() }),
  observation: z.object({
    kind: name,
    content: z.string().optional(),
    extras: jsonObject.optional(),
    success: z.boolean().optional(),
  }),
};

const people = {
  ask: z.object({
    askId: name,
    question: z.string(),
    schema: jsonObject.optional(),
    expiresAt: z.string().optional(),
  }),
  answer: z.object({ askId: name, value: json, by: z.string().optional() }),
  'control.decided': z.object({
    policy: name,
    signal: z.enum(['PROCEED', 'SKIP', 'RETRY', 'FALLBACK', 'FAIL', 'ERROR']),
    on: name,
    subject: z.string(),
    callId: z.string().optional(),
    reason: z.string().optional(),
    value: json.optional(),
  }),
};

/**
 * What `data` holds, per event type. They say what must be there and of which type; further fields are kept,
 * so that a newer producer can talk through an older Sluice. JSON Schema, OpenAPI and AsyncAPI come from these.
 */
export const EVENT_SCHEMAS = {
  ...lifecycle,
  status: z.object({
    status: z.enum(RUN_STATUSES),
    phase: z.string().optional(),
    message: z.string().optional(),
  }),
  ...streaming,
  ...execution,
  ...conversation,
  ...people,
};
