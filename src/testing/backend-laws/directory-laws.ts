import { isSluiceError } from '../../errors/sluice-error.ts';
import { runKey, type Backend, type RunQuery, type RunRecord } from '../../backends/backend.ts';
import { isoTime } from '../../time/iso-time.ts';
import { randomName } from '../../time/random-name.ts';
import { breach, type Law } from '../law.ts';
import { law, type BackendLab } from './backend-lab.ts';
import { LawRun, recordOf } from './law-run.ts';
import { mustEqual } from './must-equal.ts';

/** Records: admitted once, found again, listed without skip or repeat. */
export const directoryLaws: readonly Law<BackendLab>[] = [
  law('gives back the record it was given', async (backend, lab) => {
    const record = recordOf(lab, {
      agent: 'writer',
      threadId: 'thread',
      parentId: 'parent',
      labels: { team: 'a', tier: 'b' },
      input: { question: ['why', 1, null, true] },
      metadata: { deep: { er: 'é😀' } },
      owner: 'somebody',
      startedAt: isoTime(86_400_000),
    });
    const key = runKey(record.tenantId, record.runId);
    mustEqual(await backend.directory.create(record), { result: 'created', record }, 'answer to create');
    mustEqual(await backend.directory.get(key), record, 'record');
    mustEqual(await backend.directory.get(runKey(record.tenantId, 'no-such-run')), undefined, 'no record');
    await backend.directory.update(key, { status: 'running' });
    const { updatedAt: _, ...changed } = { ...record, status: 'running' };
    const { updatedAt: __, ...kept } = (await backend.directory.get(key))!;
    mustEqual(kept, changed, 'record after a change');
  }),

  law('admits an id once, and again after it was erased', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    const second = { ...run.record, epoch: 'second' };
    mustEqual(await backend.directory.create(second), { result: 'exists' }, 'the same id again');
    mustEqual((await run.page()).tip, 1, 'tip of the first life');
    mustEqual(await backend.directory.delete(run.key), true, 'answer to delete');
    mustEqual(await backend.directory.delete(run.key), false, 'answer to a second delete');
    mustEqual(await backend.directory.get(run.key), undefined, 'record after the erasure');
    mustEqual(await run.read(), { result: 'absent' }, 'log after the erasure');
    mustEqual((await backend.directory.create(second)).result, 'created', 'the same id after the erasure');
    const stale = await run.read({ after: 1, epoch: run.record.epoch });
    mustEqual(stale, { result: 'reset', reason: 'epoch' }, 'a cursor of the first life');
    mustEqual((await run.page({ epoch: 'second' })).tip, 0, 'tip of the second life');
  }),

  law('admits one of two runs that are created at once', async (backend, lab) => {
    const record = recordOf(lab);
    const idempotency = { key: 'once', fingerprint: 'f' };
    const ids = await Promise.all([backend.directory.create(record), backend.directory.create(record)]);
    mustEqual(ids.map(({ result }) => result).sort(), ['created', 'exists'], 'two of one id');
    const other = () => recordOf(lab, { tenantId: record.tenantId });
    const keys = await Promise.all([
      backend.directory.create(other(), idempotency),
      backend.directory.create(other(), idempotency),
    ]);
    mustEqual(keys.map(({ result }) => result).sort(), ['created', 'repeated'], 'two of one idempotency key');
  }),

  law(
    'answers a repeated request with its run, and another request with a conflict',
    async (backend, lab) => {
      const first = { key: 'order-7', fingerprint: 'a' };
      const run = await LawRun.create(backend, lab, {}, first);
      const { tenantId, runId } = run.record;
      await backend.directory.update(run.key, { status: 'waiting' });
      for (const record of [recordOf(lab, { tenantId }), { ...run.record }]) {
        const answer = await backend.directory.create(record, first);
        if (answer.result !== 'repeated') return breach(`expected "repeated", got "${answer.result}"`);
        mustEqual([answer.record.runId, answer.record.status], [runId, 'waiting'], 'the run it belongs to');
      }
      const conflict = await backend.directory.create(recordOf(lab, { tenantId }), {
        ...first,
        fingerprint: 'b',
      });
      mustEqual(conflict, { result: 'conflict' }, 'another request with the same key');
      mustEqual((await allOf(backend, { tenantId, limit: 10 })).length, 1, 'runs');
      await backend.directory.delete(run.key);
      const again = await backend.directory.create(recordOf(lab, { tenantId }), {
        ...first,
        fingerprint: 'b',
      });
      mustEqual(again.result, 'created', 'the key after the erasure of its run');
    },
  ),

  law('changes what it is told to change, and when it was changed', async (backend, lab) => {
    const run = await LawRun.create(backend, lab, { status: 'running', owner: 'one' });
    await lab.clock.advance(5);
    const change = { status: 'failed', error: { code: 'X', message: 'y' }, owner: undefined } as const;
    const updated = await backend.directory.update(run.key, change);
    if (!updated) return breach('expected the changed record, got none');
    mustEqual(updated, { ...run.record, ...change, updatedAt: updated.updatedAt }, 'record');
    if (updated.updatedAt <= run.record.updatedAt)
      breach(`expected a later updatedAt, got ${updated.updatedAt}`);
    mustEqual(await backend.directory.get(run.key), updated, 'stored record');
    const nowhere = runKey(run.record.tenantId, 'no-such-run');
    mustEqual(await backend.directory.update(nowhere, { status: 'failed' }), undefined, 'no such run');
    mustEqual(await backend.directory.get(nowhere), undefined, 'no such run afterwards');
  }),

  law('keeps the end of a run, whatever a former owner says of its status later', async (backend, lab) => {
    for (const status of ['completed', 'failed', 'cancelled'] as const) {
      const run = await LawRun.create(backend, lab);
      const ended = await backend.directory.update(run.key, { status, endedAt: run.record.createdAt });
      if (!ended) return breach('expected the changed record, got none');
      await lab.clock.advance(5);
      for (const late of ['accepted', 'running', 'waiting', 'completed', 'failed', 'cancelled'] as const) {
        if (late === status) continue;
        const change = { status: late, reason: 'late', endedAt: undefined };
        mustEqual(await backend.directory.update(run.key, change), ended, `${status}, told ${late}`);
      }
      mustEqual(await backend.directory.get(run.key), ended, 'stored record');
      const { tenantId } = run.record;
      mustEqual((await backend.directory.list({ tenantId, limit: 5, status: ['running'] })).runs, [], 'list');
      const more = await backend.directory.update(run.key, { status, reason: 'still true' });
      mustEqual([more?.status, more?.reason], [status, 'still true'], 'a change that keeps the status');
    }
  }),

  law('lists newest first and filters by all that is asked', async (backend, lab) => {
    const tenantId = `law-${randomName(8)}`;
    const runs = [
      { status: 'running', agent: 'a', threadId: 't1', labels: { x: '1', y: '1' } },
      { status: 'failed', agent: 'b', threadId: 't1', labels: { x: '1' } },
      { status: 'running', agent: 'a', parentId: 'p', labels: { y: '1' } },
      { status: 'completed', agent: 'a', threadId: 't2' },
    ] as const;
    const ids = await createAll(backend, lab, tenantId, runs);
    await backend.directory.update(runKey(tenantId, ids[0]!), { status: 'waiting' });
    const cases: [Partial<RunQuery>, number[]][] = [
      [{}, [3, 2, 1, 0]],
      [{ status: ['running'] }, [2]],
      [{ status: ['running', 'waiting', 'failed'] }, [2, 1, 0]],
      [{ agent: 'a' }, [3, 2, 0]],
      [{ threadId: 't1' }, [1, 0]],
      [{ parentId: 'p' }, [2]],
      [{ labels: { x: '1' } }, [1, 0]],
      [{ labels: { x: '1', y: '1' } }, [0]],
      [{ labels: { x: '2' } }, []],
      [{ agent: 'a', threadId: 't1', status: ['waiting'] }, [0]],
      [{ agent: 'nobody' }, []],
    ];
    for (const [query, expected] of cases) {
      const found = await allOf(backend, { tenantId, limit: 10, ...query });
      mustEqual(
        found,
        expected.map(index => ids[index]),
        `runs of ${JSON.stringify(query)}`,
      );
    }
  }),

  law('lists page by page without skip or repeat, while runs come and go', async (backend, lab) => {
    const tenantId = `law-${randomName(8)}`;
    const kinds = Array.from({ length: 12 }, (_, index) => ({ agent: index % 3 === 0 ? 'b' : 'a' }));
    const ids = await createAll(backend, lab, tenantId, kinds);
    const newest = [...ids].reverse();
    for (const limit of [1, 5, 12, 100]) {
      mustEqual(await allOf(backend, { tenantId, limit }), newest, `pages of ${limit}`);
    }
    const wanted = newest.filter(id => kinds[ids.indexOf(id)]!.agent === 'a');
    mustEqual(await allOf(backend, { tenantId, limit: 3, agent: 'a' }), wanted, 'filtered pages');
    const first = await backend.directory.list({ tenantId, limit: 4 });
    // One that was seen goes, one that was not goes too, and new ones come in front.
    await backend.directory.delete(runKey(tenantId, newest[3]!));
    await backend.directory.delete(runKey(tenantId, newest[6]!));
    await createAll(backend, lab, tenantId, [{}, {}, {}]);
    const rest = await allOf(backend, { tenantId, limit: 4, page: first.next });
    mustEqual(
      rest,
      newest.filter((_, index) => index > 3 && index !== 6),
      'pages after the first',
    );
  }),

  law(
    'lists runs of one millisecond without skip or repeat, also behind one that is gone',
    async (backend, lab) => {
      const tenantId = `law-${randomName(8)}`;
      const createdAt = isoTime(lab.clock.now());
      for (const runId of ['d', 'b', 'f', 'a', 'e', 'c', 'g']) {
        await backend.directory.create(recordOf(lab, { tenantId, runId, createdAt, updatedAt: createdAt }));
      }
      const first = await backend.directory.list({ tenantId, limit: 2 });
      const seen = first.runs.map(({ runId }) => runId);
      await backend.directory.delete(runKey(tenantId, seen[1]!));
      const rest = await allOf(backend, { tenantId, limit: 2, page: first.next });
      mustEqual([...seen, ...rest].sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'runs on all pages');
    },
  ),

  law('refuses a page token that it did not give', async (backend, lab) => {
    const { tenantId } = (await LawRun.create(backend, lab)).record;
    try {
      await backend.directory.list({ tenantId, limit: 5, page: '../ "not a page"' });
    } catch (error) {
      if (isSluiceError(error, 'BAD_REQUEST')) return;
      throw error;
    }
    breach('expected BAD_REQUEST, got a page');
  }),
];

export async function createAll(
  backend: Backend,
  lab: BackendLab,
  tenantId: string,
  changes: readonly Partial<RunRecord>[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const change of changes) {
    // Runs of one millisecond have no order that every store could know.
    await lab.clock.advance(2);
    const record = recordOf(lab, { tenantId, ...change });
    await backend.directory.create(record);
    ids.push(record.runId);
  }
  return ids;
}

export async function allOf(backend: Backend, query: RunQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let page: string | undefined = query.page; ;) {
    const answer = await backend.directory.list({ ...query, page });
    if (answer.runs.length > query.limit)
      breach(`expected at most ${query.limit} runs, got ${answer.runs.length}`);
    ids.push(...answer.runs.map(({ runId }) => runId));
    page = answer.next;
    if (page === undefined) return ids;
    if (ids.length > 1_000) breach('expected a last page, got pages without end');
  }
}
