import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import { backendLaws, checkProgram, type BackendLab } from '../../../src/testing/backend-laws.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { backendStep } from '../backend-step.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-file-'));
const clock = new ManualClock();
const lab: BackendLab = { open: () => fileBackend({ dir, clock }), clock };
afterAll(() => rmSync(dir, { recursive: true }));

describe('fileBackend', () => {
  describeLaws(backendLaws({ durable: true, shared: false, chained: true }), lab);

  it('answers any program like an array', async () => {
    const backend = await lab.open();
    await fc.assert(
      fc.asyncProperty(fc.array(backendStep, { maxLength: 60 }), program =>
        checkProgram(backend, lab, program),
      ),
    );
    await backend.close();
  }, 60_000);
});
