import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isPromise } from '../../src/backends/awaitable.ts';
import { runKey } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { backendLaws, checkProgram, type BackendLab } from '../../src/testing/backend-laws.ts';
import { LawRun, recordOf } from '../../src/testing/backend-laws/law-run.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { backendStep } from './backend-step.ts';
import { describeLaws } from '../support/describe-laws.ts';

const clock = new ManualClock();
const lab: BackendLab = { open: () => memoryBackend({ clock }), clock, patience: 100 };

describe('memoryBackend', () => {
  describeLaws(backendLaws(memoryBackend().flags), lab);

  it('answers any program like an array', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(backendStep, { maxLength: 60 }), program =>
        checkProgram(memoryBackend({ clock }), lab, program),
      ),
    );
  });
});

describe('memoryBackend, beyond the laws,', () => {
  it('answers at once', () => {
    const backend = memoryBackend({ clock });
    const record = recordOf(lab);
    const key = runKey(record.tenantId, record.runId);
    const answers = [
      backend.directory.create(record),
      backend.log.read(key, { after: 0, limit: 1 }),
      backend.log.append(key, { id: 'a', after: 1, entries: [] }),
      backend.directory.list({ tenantId: record.tenantId, limit: 1 }),
      backend.directory.delete(key),
    ];
    expect(answers.filter(isPromise)).toEqual([]);
  });

  it('rings before it answers, also a watch that came before its run or stayed over two lives', async () => {
    const backend = memoryBackend({ clock });
    const record = recordOf(lab);
    const heard: string[] = [];
    const stop = backend.log.watch(runKey(record.tenantId, record.runId), () => heard.push('ring'));
    const first = await LawRun.create(backend, lab, record);
    void first.append(first.batch(['a']));
    expect(heard).toHaveLength(1);
    void backend.directory.delete(first.key);
    expect(heard).toHaveLength(2);
    const second = await LawRun.create(backend, lab, { ...record, epoch: 'second' });
    void second.append(second.batch(['a']));
    expect(heard).toHaveLength(3);
    stop();
    void second.append(second.batch(['b']));
    expect(heard).toHaveLength(3);
  });

  it('lets a watcher append inside the ring', async () => {
    const backend = memoryBackend({ clock });
    const run = await LawRun.create(backend, lab);
    const echo = run.batch(['a', 'echo']);
    backend.log.watch(run.key, () => {
      void run.append({ id: 'echo', after: 1, entries: echo.entries.slice(1) });
    });
    await run.append({ id: 'a', after: 0, entries: echo.entries.slice(0, 1) });
    expect((await run.page()).entries.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('keeps exactly the newest events, also long after the first trim', async () => {
    const backend = memoryBackend({ clock });
    const run = await LawRun.create(backend, lab, { keep: { events: 10, bytes: 1e6 } });
    for (let count = 1; count <= 500; count++) {
      await run.write(`event ${count}`);
      const kept = await run.kept(100);
      expect(kept.map(({ seq }) => seq)).toEqual(run.written.slice(-10).map(({ seq }) => seq));
    }
  });

  it('lists correctly after most runs are gone', async () => {
    const backend = memoryBackend({ clock });
    const { tenantId } = recordOf(lab);
    const runs: LawRun[] = [];
    for (let count = 0; count < 300; count++) {
      clock.advance(1);
      runs.push(await LawRun.create(backend, lab, { tenantId }));
    }
    const stay = runs.filter((run, index) => index % 7 === 0 || !backend.directory.delete(run.key));
    const { runs: listed } = await backend.directory.list({ tenantId, limit: 300 });
    expect(listed.map(({ runId }) => runId)).toEqual(stay.map(({ record }) => record.runId).reverse());
  });

  it('leaves no alarm behind, neither after its runs nor after close', async () => {
    const own = new ManualClock();
    const backend = memoryBackend({ clock: own });
    const ended = { clock: own, open: lab.open };
    await LawRun.create(backend, ended, { status: 'completed' });
    expect([own.pending, own.keepsAlive]).toEqual([1, false]);
    own.advance(100_000);
    expect(own.pending).toBe(0);
    await LawRun.create(backend, ended, { status: 'completed' });
    await backend.close();
    expect(own.pending).toBe(0);
  });
});
