import type * as z from 'zod';
import type { Agent } from '../../engine/define-agent.ts';
import type { RunContext } from '../../run/context.ts';
import { Narrator } from '../narrator.ts';
import { fromWritten } from '../written-event.ts';

/** What a handler may give: its output, now or later, or what it says on the way and then its output. */
export type HandlerResult<Output> =
  | Output
  | Promise<Output>
  | Generator<unknown, Output, undefined>
  | AsyncGenerator<unknown, Output, undefined>;

/** A handler of Dockrion as an agent. */
export interface HandlerAgentOptions<Input, Output> {
  /** How it is started by name: a letter, then letters, digits, `_`, `.` or `-`; at most 64. */
  readonly name: string;
  readonly description?: string | undefined;
  /** Input that does not match is refused with `BAD_INPUT`. */
  readonly input?: z.ZodType<Input> | undefined;
  /** Output that does not match ends the run as `error{BAD_OUTPUT}`. */
  readonly output?: z.ZodType<Output> | undefined;
  /** The payload comes first, as Dockrion hands it over. */
  readonly handler: (payload: Input, ctx: RunContext<Input>) => HandlerResult<Output>;
}

/**
 * A plain function as an agent: its payload is the run's input, what it returns the output, what it throws the `error`. A
 * generator says what it yields while it works: a text is a token; an object with a `type`, or a pair of a type and an
 * object, that event; anything else `custom:handler`. It is told no faster than it is stored, and when the run stops the
 * generator is returned from, so that its `finally` runs.
 */
export function handlerAgent<Input = unknown, Output = unknown>({
  handler,
  ...agent
}: HandlerAgentOptions<Input, Output>): Agent<Input, Output> {
  return {
    ...agent,
    framework: 'custom',
    run: async (ctx, payload) => {
      const result = handler(payload, ctx);
      return isGenerator<Output>(result) ? told(ctx as unknown as RunContext, result) : await result;
    },
  };
}

async function told<Output>(
  ctx: RunContext,
  work: Generator<unknown, Output, undefined> | AsyncGenerator<unknown, Output, undefined>,
): Promise<Output> {
  const narrator = new Narrator(ctx);
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) {
        isDone = true;
        return value;
      }
      ctx.signal.throwIfAborted();
      await narrator.say([
        typeof value === 'string'
          ? { type: 'token', data: { content: value } }
          : fromWritten(value, { system: 'handler' }),
      ]);
    }
  } finally {
    if (!isDone) await work.return(undefined as never);
  }
}

function isGenerator<Output>(
  result: unknown,
): result is Generator<unknown, Output, undefined> | AsyncGenerator<unknown, Output, undefined> {
  if (typeof result !== 'object' || result === null) return false;
  return 'next' in result && (Symbol.iterator in result || Symbol.asyncIterator in result);
}
