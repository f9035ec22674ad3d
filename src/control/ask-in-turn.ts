import type { ExecutionContext } from './execution-context.ts';
import type { Asked, Guard } from './guard.ts';
import { PROCEED } from './read-verdict.ts';
import type { Decision } from './verdict.ts';

/** Asks policies in their order until one has something against it. */
export type PolicyChain = (guards: readonly Guard[], asked: Asked) => Decision | Promise<Decision>;

/**
 * One loop over all that answer at once; a policy that answers later interrupts it, and it goes on behind that one.
 * Synchronous as long as every asked policy was.
 */
export const askInTurn: PolicyChain = (guards, asked) => askFrom(0, guards, asked);

function askFrom(first: number, guards: readonly Guard[], asked: Asked): Decision | Promise<Decision> {
  const { subject, context } = asked;
  const masked = withoutRaw(context);
  for (let at = first; at < guards.length; at++) {
    const guard = guards[at]!;
    const shown = guard.wantsRaw ? context : masked;
    let heard;
    try {
      const answer = guard.decide.call(guard.owner, subject, shown);
      if ((answer as { signal?: unknown } | undefined)?.signal === 'PROCEED') {
        guard.proceeded++;
        continue;
      }
      heard = guard.hear(answer, asked);
    } catch (error) {
      heard = guard.fault(error, subject);
    }
    if (heard === undefined) continue;
    if ('signal' in heard) return heard;
    return heard.then(decision => decision ?? askFrom(at + 1, guards, asked));
  }
  return PROCEED;
}

/** The context for those who did not ask for what redaction took away. */
export function withoutRaw(context: ExecutionContext): ExecutionContext {
  if (context.raw === undefined) return context;
  return { ...context, raw: undefined };
}
