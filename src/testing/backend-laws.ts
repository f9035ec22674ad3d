import type { BackendFlags } from '../backends/backend.ts';
import { appendLaws } from './backend-laws/append-laws.ts';
import type { BackendLab } from './backend-laws/backend-lab.ts';
import { directoryLaws } from './backend-laws/directory-laws.ts';
import { durableLaws, lifeLaws, unsharedLaws } from './backend-laws/life-laws.ts';
import { chainLaws, readLaws } from './backend-laws/read-laws.ts';
import { retentionLaws } from './backend-laws/retention-laws.ts';
import { sharedLaws } from './backend-laws/shared-laws.ts';
import { watchLaws } from './backend-laws/watch-laws.ts';
import type { Law } from './law.ts';

export { checkProgram, type BackendStep } from './backend-laws/model.ts';
export type { BackendLab } from './backend-laws/backend-lab.ts';

/** What a backend with these flags must keep. Each law opens backends of the lab and closes them again. */
export function backendLaws({ durable, shared, chained }: BackendFlags): readonly Law<BackendLab>[] {
  return [
    ...appendLaws,
    ...readLaws,
    ...retentionLaws,
    ...watchLaws,
    ...directoryLaws,
    ...lifeLaws,
    ...(chained ? chainLaws : []),
    ...(durable ? durableLaws : []),
    ...(shared ? sharedLaws : unsharedLaws),
  ];
}
