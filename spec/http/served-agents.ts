import * as z from 'zod';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { SluiceError } from '../../src/errors/sluice-error.ts';

const greet = defineAgent({
  name: 'greet',
  description: 'Says hello.',
  run: (ctx, input) => {
    ctx.token('Hel');
    ctx.token('lo');
    return { said: 'Hello', input: input ?? null };
  },
});

const fail = defineAgent({
  name: 'fail',
  run: () => {
    throw new Error('the model is away');
  },
});

const wait = defineAgent({
  name: 'wait',
  run: ctx =>
    new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('aborted')))),
});

const ask = defineAgent({
  name: 'ask',
  run: ctx => ctx.ask('Send it?', { schema: z.boolean() }),
});

const strict = defineAgent({ name: 'strict', input: z.object({ n: z.number() }), run: (_, { n }) => n });

const timeOut = defineAgent({
  name: 'time-out',
  run: () => {
    throw new SluiceError('ASK_TIMEOUT', 'nobody came');
  },
});

/** An engine with one agent for every way a run can go. */
export function servedEngine(options: EngineOptions = {}): Engine {
  return createEngine({ agents: [greet, fail, wait, ask, strict, timeOut], grace: 50, ...options });
}
