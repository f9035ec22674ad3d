import * as z from 'zod';
import { defineAgent } from '../../index.ts';
import { pause } from '../pause.ts';

const Input = z.object({
  /** What to say. */
  text: z
    .string()
    .min(1)
    .max(20_000)
    .default('Hello! These words come one by one, each an event of this run.'),
  /** Milliseconds between two words. */
  delayMs: z.int().min(0).max(5_000).default(80),
});

/** Says its input again, word by word. */
export const echoAgent = defineAgent({
  name: 'echo',
  description: 'Streams the text of its input back, word by word.',
  input: Input.prefault({}),
  async run(ctx, { text, delayMs }) {
    const words = text.match(/\s*\S+\s*/g) ?? [text];
    for (const [index, word] of words.entries()) {
      if (index > 0) await pause(delayMs, ctx.signal);
      const isLast = index === words.length - 1;
      ctx.token(word, { messageId: 'echo', ...(isLast && { finishReason: 'stop' }) });
    }
    return text;
  },
});
