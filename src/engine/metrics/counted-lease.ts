import type { Lease } from '../../backends/backend.ts';
import type { EngineMeter } from './engine-meter.ts';

/** A lease whose failures are counted, those of its renewals, too. */
export function countedLease(lease: Lease, meter: EngineMeter): Lease {
  const asked: EngineMeter['asked'] = (part, ask) => meter.asked(part, ask);
  return {
    join: (instance, lost, troubled) =>
      asked('lease', () =>
        lease.join(instance, lost, () => {
          meter.errors.lease++;
          troubled?.();
        }),
      ),
    claim: (key, options) => asked('lease', () => lease.claim(key, options)),
    free: key => asked('lease', () => lease.free(key)),
    dead: () => asked('lease', () => lease.dead()),
  };
}
