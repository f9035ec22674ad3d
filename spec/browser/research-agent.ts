import * as z from 'zod';
import { defineAgent } from '../../src/engine/define-agent.ts';

/** An agent whose input has a member of each kind that the page has a field for; its output is its input. */
export const researcher = defineAgent({
  name: 'research',
  description: 'Answers a question.',
  input: z.object({
    question: z.string().min(3).describe('What you want to know.'),
    depth: z.int().min(1).max(5).default(2),
    mode: z.enum(['quick', 'thorough']).optional(),
    cite: z.boolean().optional(),
    sources: z.array(z.string()).optional(),
  }),
  run: (_, asked) => asked,
});
