import * as z from 'zod';
import { defineAgent } from '../../index.ts';
import { pause } from '../pause.ts';

const Input = z.union([z.string().max(20_000), z.object({ text: z.string().max(20_000) })]);
const SLOW = /^slow:(\d{1,4}):(\d{1,5})$/;

/** Takes its time: `slow:5:200` is five updates, 200 ms apart. Anything else it says back at once. */
export const slowAgent = defineAgent({
  name: 'slow',
  description: 'Answers slow:<n>:<ms> with n updates, ms milliseconds apart, and other text with itself.',
  input: Input,
  async run(ctx, input) {
    const text = typeof input === 'string' ? input : input.text;
    const [, times, delay] = SLOW.exec(text.trim()) ?? [];
    if (times === undefined) {
      ctx.token(text, { messageId: 'answer', finishReason: 'stop' });
      return text;
    }
    const total = Number(times);
    for (let current = 1; current <= total; current++) {
      await pause(Number(delay), ctx.signal);
      await ctx.emit('progress', {
        ...{ step: 'slow', current, total, fraction: current / total },
        message: `update ${current}`,
      });
    }
    return `done: ${total} updates`;
  },
});
