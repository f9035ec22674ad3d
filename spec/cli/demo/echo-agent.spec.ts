import { describe, expect, it } from '@jest/globals';
import { echoAgent } from '../../../src/cli/demo/echo-agent.ts';
import { collectRun } from './collect-run.ts';

describe('echo', () => {
  it('streams the words of its input and returns all of it', async () => {
    const text = '  One two\n\nthree  ';
    const events = await collectRun([echoAgent], 'echo', { text, delayMs: 0 });
    const tokens = events.filter(event => event.type === 'token').map(({ data }) => data);
    expect(tokens.map(({ content }) => content).join('')).toBe(text);
    expect(tokens).toHaveLength(3);
    expect(tokens.map(({ finishReason }) => finishReason)).toEqual([undefined, undefined, 'stop']);
    expect(events.at(-1)).toMatchObject({ type: 'complete', data: { output: text } });
  });

  it('has something to say without input', async () => {
    const events = await collectRun([echoAgent], 'echo', { delayMs: 0 });
    expect(events.at(-1)).toMatchObject({ type: 'complete' });
  });

  it('stops between two words when it is cancelled', async () => {
    const events = await collectRun(
      [echoAgent],
      'echo',
      { text: 'a b', delayMs: 5_000 },
      ({ type }, cancel) => {
        if (type === 'token') cancel();
      },
    );
    expect(events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
    expect(events.at(-1)!.data).not.toHaveProperty('forced');
  });

  it.each([{ text: '' }, { text: 1 }, { text: 'a', delayMs: -1 }])('refuses %j', async input => {
    await expect(collectRun([echoAgent], 'echo', input)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
