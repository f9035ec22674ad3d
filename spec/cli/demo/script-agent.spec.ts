import { describe, expect, it } from '@jest/globals';
import { scriptAgent } from '../../../src/cli/demo/script-agent.ts';
import { collectRun } from './collect-run.ts';

const play = (steps: unknown, onEvent?: Parameters<typeof collectRun>[3]) =>
  collectRun([scriptAgent], 'script', { steps }, onEvent);

describe('script', () => {
  it('emits its steps in order, with their data', async () => {
    const steps = [
      { type: 'token', data: { content: 'a' } },
      { type: 'custom:mine', data: { deep: [1, { two: null }] }, delayMs: 1 },
      { type: 'tool.called', data: { callId: 'c', tool: 't', args: {} } },
    ];
    const events = await play(steps);
    expect(events.map(({ type }) => type)).toEqual([
      'started',
      'token',
      'custom:mine',
      'tool.called',
      'complete',
    ]);
    expect(events.slice(1, 4).map(({ data }) => data)).toEqual(steps.map(({ data }) => data));
  });

  it('stops during a delay', async () => {
    const steps = [
      { type: 'token', data: { content: 'a' } },
      { type: 'token', data: { content: 'b' }, delayMs: 60_000 },
    ];
    const events = await play(steps, ({ type }, cancel) => {
      if (type === 'token') cancel();
    });
    expect(events.map(({ type }) => type)).toEqual(['started', 'token', 'cancelled']);
    expect(events.at(-1)!.data).not.toHaveProperty('forced');
  });

  it.each([
    ['no steps', undefined, 'steps'],
    ['a type that is none', [{ type: 'tokn', data: {} }], 'steps.0'],
    ['a type of the engine', [{ type: 'complete', data: {} }], 'steps.0'],
    [
      'data of another type',
      [
        { type: 'token', data: { content: 'a' } },
        { type: 'progress', data: {} },
      ],
      'steps.1',
    ],
    ['a delay of a day', [{ type: 'token', data: { content: 'a' }, delayMs: 86_400_000 }], 'steps.0.delayMs'],
    ['too many', Array(1_001).fill({ type: 'token', data: { content: '' } }), 'steps'],
  ])('refuses %s before anything starts, and says where', async (_, steps, place) => {
    await expect(play(steps)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(`input.${place}: `),
    });
  });
});
