import type { RunEvent } from '../src/index.ts';
import { tokenTexts } from './sizes.ts';

/** Events as a run makes them, for those cases that do not make their own. */
export function prebuiltTokens(count: number): readonly RunEvent[] {
  const epoch = 'k3v9x2m10';
  // As long as the numbers of a run that goes on for a while.
  const before = 100_000;
  return tokenTexts(count).map((content, at) => ({
    id: `${epoch}.${before + at}.0`,
    runId: '019aa0de-7c11-7b52-9d1c-3f4f2e0c6a51',
    tenantId: 'default',
    seq: before + at,
    type: 'token',
    time: '2026-01-01T00:00:00.000Z',
    data: { content },
    source: 'agent',
  }));
}
