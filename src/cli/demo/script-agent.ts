import * as z from 'zod';
import { createContext, defineAgent, isSluiceError } from '../../index.ts';
import { pause } from '../pause.ts';

const Step = z.object({
  /** A type that an agent may emit: `token`, `progress`, `tool.called`, `custom:mine` and so on. */
  type: z.string(),
  data: z.record(z.string(), z.json()),
  /** Milliseconds to wait before it. */
  delayMs: z.int().min(0).max(60_000).default(0),
});

type Emit = (type: string, data: unknown) => Promise<unknown>;

const Input = z.object({
  steps: z
    .array(Step)
    .max(1_000)
    .superRefine((steps, issues) => {
      for (const [index, { type, data }] of steps.entries()) {
        const message = refusal(type, data);
        if (message !== undefined) issues.addIssue({ code: 'custom', path: [index], message });
      }
    }),
});

/** Why an event cannot be emitted, told by a context that nobody reads. */
function refusal(type: string, data: unknown): string | undefined {
  const context = createContext();
  try {
    void (context.emit.bind(context) as Emit)(type, data);
    return undefined;
  } catch (error) {
    if (isSluiceError(error)) return error.message;
    throw error;
  }
}

/** Emits the events that its input lists. */
export const scriptAgent = defineAgent({
  name: 'script',
  description: 'Emits the events of input.steps, one after the other: [{type, data, delayMs}].',
  input: Input,
  async run(ctx, { steps }) {
    const emit = ctx.emit.bind(ctx) as Emit;
    for (const { type, data, delayMs } of steps) {
      await pause(delayMs, ctx.signal);
      await emit(type, data);
    }
    return { emitted: steps.length };
  },
});
