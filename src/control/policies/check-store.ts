import { isThenable } from '../answer.ts';
import type { PolicyStore } from '../policy-store.ts';
import { badOption, shown } from './policy-option.ts';

/** Checks that a store has what a policy asks of it. Throws `BAD_OPTION`, named after `option`. */
export function checkStore(option: string, store: PolicyStore, asked: readonly (keyof PolicyStore)[]): void {
  if (isThenable(store)) throw badOption(option, 'expected a store, got a promise of one. Await it first');
  const missing = asked.filter(name => typeof (store as Partial<PolicyStore> | null)?.[name] !== 'function');
  if (missing.length === 0) return;
  const got = typeof store === 'object' && (store as unknown) !== null ? 'one' : shown(store);
  throw badOption(
    option,
    `expected a store with ${asked.join(', ')}, got ${got} without ${missing.join(', ')}`,
  );
}
