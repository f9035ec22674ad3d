import * as z from 'zod';
import { defineAgent } from '../../src/engine/define-agent.ts';

/** Thinks, calls a tool in a step, and says what was said to it. */
export const talker = (name: string) =>
  defineAgent({
    name,
    input: z.string(),
    async run(ctx, text) {
      ctx.token('Let me see. ', { role: 'reasoning' });
      await ctx.node('search', async step => {
        await step.tool('lookup', { text }, () => ({ found: text.length }));
        ctx.progress('search', 0.5, { message: 'half' });
      });
      for (const word of ['You ', 'said ', text]) ctx.token(word, { messageId: 'answer' });
      return { length: text.length };
    },
  });

/** Emits what no protocol has words for. */
export const stranger = defineAgent({
  name: 'stranger',
  run(ctx) {
    void ctx.emit('custom:fraud', { score: 0.9, why: ['odd', null] });
    void ctx.emit('observation', { kind: 'screen', content: 'blue' });
  },
});
