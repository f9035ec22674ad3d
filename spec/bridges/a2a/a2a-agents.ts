import * as z from 'zod';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { SluiceError } from '../../../src/errors/sluice-error.ts';

/** Does what its text says, `<what>:<how>`. */
const actor = defineAgent({
  name: 'actor',
  description: 'Does what it is told.',
  run: async (ctx, input) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input);
    const [what = '', how = ''] = text.split(':');
    switch (what) {
      case 'say':
        for (const word of how.split(' ')) ctx.token(word, { messageId: 'm' });
        ctx.progress('said', 1);
        return { said: how };
      case 'wait':
        ctx.token('waiting', { messageId: 'm' });
        return new Promise((_, reject) => {
          ctx.signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      case 'fail':
        throw new Error(how);
      case 'veto':
        throw new SluiceError('VETOED', how);
      case 'ask': {
        const isRight = await ctx.ask(how, { schema: z.boolean() });
        ctx.token(isRight ? 'yes' : 'no');
        return isRight;
      }
      case 'twice':
        await ctx.ask(how);
        ctx.token('heard');
        return new Promise((_, reject) => {
          ctx.signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      case 'odd':
        ctx.custom('fraud', { score: 0.9, why: ['a', 'b'] });
        return null;
      default:
        return input;
    }
  },
});

/** An engine for clients of A2A. */
export function a2aEngine(options: EngineOptions = {}): Engine {
  return createEngine({ agents: [actor], grace: 50, ...options });
}
