import fc from 'fast-check';
import type { JsonObject } from '../../src/event/json.ts';
import type { RunEvent } from '../../src/event/run-event.ts';

interface Draft {
  readonly type: string;
  readonly data: JsonObject;
  readonly node?: string;
  readonly final?: true;
}

const few = (...values: readonly string[]) => fc.constantFrom(...values);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const text = fc.oneof(fc.string({ maxLength: 6 }), few('', 'a', '\n\n', 'data: x', '\u2028é😀'));
const json = fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonObject[string]>;
const object = fc.dictionary(few('a', 'b', 'type', '__typename'), json, {
  maxKeys: 2,
}) as fc.Arbitrary<JsonObject>;
const node = maybe(few('plan', 'plan/search', 'plan/search/2', 'write'));
const call = few('c1', 'c2', 'c3');
const ask = few('q1', 'q2');
const ms = fc.nat({ max: 100 });

function kind(type: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Draft> {
  return fc.record({ data: fc.record(fields), node }).map(({ data, node: at }) => ({
    type,
    // What is absent has no member, as in a stored event.
    data: JSON.parse(JSON.stringify(data)) as JsonObject,
    ...(at !== undefined && { node: at }),
  }));
}

const token = kind('token', {
  content: text,
  messageId: maybe(few('m1', 'm2', 'm3')),
  role: maybe(few('assistant', 'user', 'reasoning', 'thinking', 'critic')),
  finishReason: maybe(few('stop')),
});

const others: readonly fc.Arbitrary<Draft>[] = [
  kind('started', { agent: maybe(few('x')), input: json }),
  kind('status', { status: few('running', 'waiting'), phase: maybe(text) }),
  kind('step', { name: few('plan', 'think'), durationMs: maybe(ms) }),
  kind('progress', { step: maybe(few('s')), fraction: fc.constant(0.5), message: maybe(text) }),
  kind('checkpoint', { name: few('c'), data: json }),
  kind('artifact', {
    artifactId: few('a1', 'a2'),
    artifactType: few('t', 'image/png'),
    name: maybe(text),
    data: fc.oneof(
      json,
      fc.constantFrom({ url: 'https://example.com/a.png' }, { base64: 'aGk=' }, { url: 'a:b' }),
    ),
    partial: maybe(fc.boolean()),
  }),
  kind('pipeline.started', { name: few('p'), waves: ms, nodes: ms }),
  kind('wave.completed', { index: ms, durationMs: ms }),
  kind('node.started', { name: few('plan', 'write'), attempt: fc.integer({ min: 1, max: 2 }) }),
  kind('node.completed', { name: few('plan', 'write'), result: json, durationMs: ms }),
  kind('node.failed', { name: few('plan'), error: text, attempt: fc.constant(1), willRetry: fc.boolean() }),
  kind('node.skipped', { name: few('plan', 'write'), value: json }),
  kind('tool.called', {
    callId: call,
    tool: few('t', 'u'),
    args: json,
    attempt: maybe(fc.integer({ min: 1, max: 2 })),
  }),
  kind('tool.completed', { callId: call, result: json, durationMs: ms }),
  kind('tool.failed', { callId: call, error: text, willRetry: maybe(fc.boolean()) }),
  kind('llm.prompt', { callId: call, messages: fc.array(json, { maxLength: 1 }) }),
  kind('llm.response', { callId: call, response: json, durationMs: ms }),
  kind('action', { kind: few('think', 'run'), content: maybe(text), args: maybe(object) }),
  kind('observation', { kind: few('screen'), content: maybe(text) }),
  kind('ask', {
    askId: ask,
    question: text,
    schema: maybe(object),
    expiresAt: maybe(few('2030-01-01T00:00:00.000Z')),
  }),
  kind('answer', { askId: ask, value: json, by: maybe(few('ann')) }),
  kind('control.decided', { policy: few('p'), signal: few('SKIP'), on: few('token'), subject: text }),
  kind('error', { code: few('E'), message: text, recoverable: fc.constant(true) }),
  kind('custom:fraud', { score: json }),
  kind('custom:token', { content: text }),
  kind('custom:state', { snapshot: maybe(json), delta: maybe(patch()) }),
  kind('custom:tool-input', { callId: call, tool: few('t'), delta: text, last: maybe(fc.boolean()) }),
  kind('custom:tool-output', { callId: call, output: json }),
  kind('custom:source', {
    id: maybe(text),
    url: maybe(few('https://example.com', 'a:b')),
    title: maybe(text),
    mediaType: maybe(few('text/plain')),
    filename: maybe(text),
  }),
  kind('from.the.future', { any: json }),
];

const finals: readonly fc.Arbitrary<Draft>[] = [
  kind('complete', { output: json, durationMs: ms, usage: maybe(fc.record({ inputTokens: ms, cost: ms })) }),
  kind('cancelled', { reason: maybe(text), forced: maybe(fc.boolean()) }),
  kind('error', { code: few('AGENT_ERROR'), message: text, recoverable: fc.constant(false) }),
];

function patch(): fc.Arbitrary<unknown> {
  const path = few('', '/a', '/a/0', '/~1', '/~', 'a');
  return fc.array(
    fc.oneof(
      fc.record({ op: few('add', 'replace', 'test'), path, value: json }),
      fc.record({ op: few('remove'), path }),
      fc.record({ op: few('move', 'copy', 'fly'), path, from: path }),
    ),
    { maxLength: 2 },
  );
}

/** The events of one run: anything of our vocabulary in any order, mostly with an end. */
export const randomEvents: fc.Arbitrary<readonly RunEvent[]> = fc
  .tuple(
    fc.array(
      fc.oneof({ arbitrary: token, weight: 20 }, ...others.map(arbitrary => ({ arbitrary, weight: 1 }))),
      {
        minLength: 1,
        maxLength: 40,
      },
    ),
    maybe(fc.oneof(...finals)),
  )
  .map(([drafts, final]) => [...drafts, ...(final ? [{ ...final, final: true as const }] : [])])
  .map(drafts =>
    drafts.map(
      (draft, at) =>
        ({
          ...{ id: `epoch.${at + 1}.0`, runId: 'run-1', tenantId: 'default', seq: at + 1 },
          ...{ time: '2026-11-21T20:00:00.000Z', ...draft },
        }) as unknown as RunEvent,
    ),
  );
