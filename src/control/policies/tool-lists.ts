import type { Policy } from '../policy.ts';
import { namePattern } from './name-pattern.ts';
import { ASKING_ORDER, type PolicyPlace } from './policy-place.ts';
import { checkRefusal, type Refusal, refusing } from './refusal.ts';

/** How {@link allowTools} and {@link denyTools} refuse. */
export interface ToolListOptions extends Omit<PolicyPlace, 'types'> {
  /** What becomes of a call that must not be. Default: `fail`. */
  readonly then?: Refusal | undefined;
}

/**
 * Lets only the tools of these names be called: exact ones, or beginnings such as `search.*`. Asked about `tool.called`;
 * answers at once. Throws `BAD_OPTION`. Memory: the names.
 *
 * ```ts
 * const gate = createGate([allowTools(['search.*', 'read'])]);
 * ```
 */
export function allowTools(names: readonly string[], options: ToolListOptions = {}): Policy {
  const isListed = namePattern('allowTools', names);
  return toolList('allowTools', isListed, options);
}

/** Lets no tool of these names be called; otherwise as {@link allowTools}. Throws `BAD_OPTION`. */
export function denyTools(names: readonly string[], options: ToolListOptions = {}): Policy {
  const isListed = namePattern('denyTools', names);
  return toolList('denyTools', tool => !isListed(tool), options);
}

function toolList(kind: string, allows: (tool: string) => boolean, options: ToolListOptions): Policy {
  const { name = kind, priority = ASKING_ORDER.list, then = 'fail' } = options;
  checkRefusal(`${kind}: then`, then);
  return {
    ...{ name, priority, types: 'tool.called' },
    decide({ data }) {
      const { tool } = data;
      if (typeof tool === 'string' && allows(tool)) return { signal: 'PROCEED' };
      return refusing(then, `the tool ${JSON.stringify(tool)} is not allowed`);
    },
  };
}
