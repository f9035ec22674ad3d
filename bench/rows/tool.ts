import { createEngine, type RunContext } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import type { Row } from '../row.ts';

let heard = 0;
const ARGS = { url: 'https://example.org/a', depth: 2 };
const RESULT = { status: 200, body: 'a short page' };

/** What supervision costs: a call whose work does nothing, and that nobody judges. */
export const toolRow: Row = {
  name: 'tool',
  what: 'ctx.tool around a no-op: two events, no policy, awaited, 1 subscriber',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'ctx.emit of the same two events, the second one awaited',
  base: () =>
    inAgent(async (ctx, at) => {
      void ctx.emit('tool.called', { callId: `${at}`, tool: 'fetch', args: ARGS });
      await ctx.emit('tool.completed', { callId: `${at}`, result: RESULT, durationMs: 0 });
    }),
  ours: () => inAgent(ctx => ctx.tool('fetch', ARGS, () => RESULT)),
  others: {
    'the same, the work async': () => inAgent(ctx => ctx.tool('fetch', ARGS, async () => RESULT)),
    'the same inside of a node': () =>
      inAgent((ctx, _, step) => (step ?? ctx).tool('fetch', ARGS, () => RESULT), true),
    'ctx.node around a no-op': () => inAgent(ctx => ctx.node('fetch', () => RESULT)),
    'the same two events as custom, nothing awaited': () =>
      inAgent((ctx, at) => {
        ctx.custom('called', { callId: `${at}`, tool: 'fetch', args: ARGS });
        ctx.custom('completed', { callId: `${at}`, result: RESULT, durationMs: 0 });
      }),
  },
};

/** Measures what an agent does again and again. */
async function inAgent(
  act: (ctx: RunContext, at: number, step?: RunContext) => unknown,
  isInStep = false,
): Promise<number> {
  const engine = createEngine();
  let measured = Number.NaN;
  const run = await engine.start(async ctx => {
    const measure = async (step?: RunContext): Promise<void> => {
      measured = await cpuPerOperation(async times => {
        for (let at = 0; at < times; at++) await act(ctx, at, step);
      });
    };
    await (isInStep ? ctx.node('around', measure) : measure());
  });
  run.subscribe(item => void (heard += 'seq' in item ? item.seq : 0));
  await run.result;
  await engine.close();
  return measured;
}
