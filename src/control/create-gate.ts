import { Gate, type GateOptions } from './gate.ts';
import type { Policy } from './policy.ts';

/**
 * Makes a gate. It holds no timer and no listener while nobody waits for a verdict, so that it needs no closing.
 * Throws `BAD_OPTION`, `BAD_FILTER`, `POLICY_EXISTS`.
 *
 * ```ts
 * const gate = createGate([
 *   { name: 'no-shell', types: 'tool.called', decide: ({ data }) => data.tool === 'shell'
 *       ? { signal: 'FAIL', reason: 'no shell here' } : { signal: 'PROCEED' } },
 * ]);
 * const engine = createEngine({ gate });
 * ```
 */
export function createGate(policies?: readonly Policy[], options?: GateOptions): Gate {
  return new Gate(policies, options);
}
