import type { JsonObject } from '../../src/event/json.ts';
import type { RunContext } from '../../src/run/context.ts';
import { CANARIES } from './canaries.ts';

type Halves = readonly [string, string];

/** Everything an agent can say, with a text in two halves: one behind the other where text goes on, else in one piece. */
export const SAYINGS: readonly ((ctx: RunContext, halves: Halves) => unknown)[] = [
  (ctx, halves) => halves.forEach(half => ctx.token(half)),
  (ctx, [first, rest]) => {
    ctx.token(`the key is ${first}`, { messageId: 'm' });
    ctx.progress('meanwhile', 0.5, { message: first + rest });
    ctx.token(rest, { messageId: 'm', finishReason: 'stop' });
  },
  (ctx, halves) =>
    halves.forEach(half => ctx.token(half, { node: 'plan', metadata: { of: halves.join('') } })),
  (ctx, halves) =>
    partly(
      ctx,
      'observation',
      halves.map(content => ({ kind: 'stdout', content })),
    ),
  (ctx, halves) =>
    partly(
      ctx,
      'action',
      halves.map(content => ({ kind: 'shell', content })),
    ),
  (ctx, halves) =>
    partly(
      ctx,
      'tool.called',
      halves.map(args => ({ callId: 'c', tool: 'fetch', args })),
    ),
  (ctx, halves) =>
    partly(
      ctx,
      'llm.response',
      halves.map(response => ({ callId: 'c', durationMs: 1, response })),
    ),
  (ctx, halves) =>
    partly(
      ctx,
      'artifact',
      halves.map(data => ({ artifactId: 'a', artifactType: 'text', data })),
    ),
  (ctx, halves) =>
    partly(
      ctx,
      'custom:stream',
      halves.map(delta => ({ delta })),
    ),
  (ctx, halves) => {
    const text = halves.join('');
    ctx.warn(text, { code: text, details: { [text]: text } });
    ctx.step(text, { inputKeys: [text] });
    return Promise.all([
      ctx.tool(text, { [text]: [text] }, () => text),
      ctx.node('n', () => Promise.reject(new Error(text))).catch(() => undefined),
      ctx.checkpoint(text, { text }),
    ]);
  },
];

function partly(ctx: RunContext, type: string, parts: readonly JsonObject[]): void {
  for (const data of parts) void ctx.emit(type as 'custom:x', { ...data, partial: true });
}

/** What a producer outside says of all canaries: tokens of a few characters, and other events between. */
export function producedCanaries(): readonly object[] {
  return Object.values(CANARIES).flatMap(canary =>
    [1, 5].flatMap(size =>
      (canary.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).flatMap((content, n) => [
        { type: 'token', data: { content, messageId: 'out' } },
        ...(n % 4 === 3 ? [{ type: 'step', data: { name: canary } }] : []),
      ]),
    ),
  );
}
