import { isSluiceError } from '../../errors/sluice-error.ts';
import type { Awaitable } from '../../backends/awaitable.ts';
import { runKey, type Backend } from '../../backends/backend.ts';
import { randomName } from '../../time/random-name.ts';
import { breach, type Law } from '../law.ts';
import { eventually, law, type BackendLab } from './backend-lab.ts';
import { allOf, createAll } from './directory-laws.ts';
import { LawRun, recordOf, seen } from './law-run.ts';
import { mustEqual } from './must-equal.ts';

/** How runs end their stay, who may see them, and how a backend is closed. */
export const lifeLaws: readonly Law<BackendLab>[] = [
  law('forgets an ended run after its time to live, all of it, though nobody asks', async (backend, lab) => {
    const idempotency = { key: 'k', fingerprint: 'f' };
    const run = await LawRun.create(backend, lab, {}, idempotency);
    await run.write('a');
    await run.end();
    await backend.directory.update(run.key, { status: 'completed' });
    let hints = 0;
    const removed: string[] = [];
    const stop = backend.log.watch(run.key, () => hints++);
    const stopNews = backend.directory.watch(news => {
      if (news.news === 'removed') removed.push(news.runId);
    });
    await expired(lab, () => removed.includes(run.record.runId));
    await eventually(lab, 'a hint after the expiry', () => hints > 0);
    mustEqual(await run.read(), { result: 'absent' }, 'log');
    mustEqual(await backend.directory.get(run.key), undefined, 'record');
    const { tenantId } = run.record;
    mustEqual(await backend.directory.list({ tenantId, limit: 5 }), { runs: [] }, 'list');
    const again = await backend.directory.create(recordOf(lab, { tenantId }), {
      ...idempotency,
      fingerprint: 'g',
    });
    mustEqual(again.result, 'created', 'the idempotency key');
    stop();
    stopNews();
  }),

  law('counts the time to live from the last activity', async (backend, lab) => {
    const run = await LawRun.create(backend, lab, { status: 'completed' });
    const ttl = run.record.ttl;
    for (let count = 0; count < 4; count++) {
      await lab.clock.advance(ttl * 0.6);
      if (count % 2 === 0) await run.write(`event ${count}`);
      else await backend.directory.update(run.key, { reason: 'still of use' });
    }
    mustEqual(seen(await run.kept()), seen(run.written), 'events of a run in use');
    await expired(lab, async () => (await run.read()).result === 'absent');
  }),

  law('shows no tenant what another one has, under one run id', async (backend, lab) => {
    const idempotency = { key: 'k', fingerprint: 'f' };
    const ours = await LawRun.create(backend, lab, {}, idempotency);
    const { runId } = ours.record;
    const theirs = await LawRun.create(backend, lab, { runId }, { ...idempotency, fingerprint: 'g' });
    await ours.write('ours');
    await theirs.write('theirs', 'too');
    for (const run of [ours, theirs]) {
      const { tenantId, epoch } = run.record;
      mustEqual(seen((await run.page({ epoch })).entries), seen(run.written), `events of ${tenantId}`);
      const { runs } = await backend.directory.list({ tenantId, limit: 10 });
      mustEqual(
        runs.map(record => record.tenantId),
        [tenantId],
        'tenants in a list',
      );
    }
    let hints = 0;
    const stop = backend.log.watch(theirs.key, () => hints++);
    await ours.end();
    await backend.directory.delete(ours.key);
    await theirs.write('still');
    await eventually(lab, 'a hint for their own event', () => hints > 0);
    stop();
    mustEqual(seen((await theirs.page()).entries), seen(theirs.written), 'events that are left');
    const stranger = runKey(recordOf(lab).tenantId, runId);
    mustEqual(
      await backend.log.read(stranger, { after: 0, limit: 1 }),
      { result: 'absent' },
      'a third tenant',
    );
  }),

  law('answers nothing after it was closed', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const batch = run.batch(['a']);
    await backend.close();
    await backend.close();
    const calls: Record<string, () => Awaitable<unknown>> = {
      append: () => run.append(batch),
      read: () => run.read(),
      trim: () => backend.log.trim(run.key, 1),
      create: () => backend.directory.create(recordOf(lab)),
      get: () => backend.directory.get(run.key),
      list: () => backend.directory.list({ tenantId: run.record.tenantId, limit: 1 }),
      update: () => backend.directory.update(run.key, { status: 'failed' }),
      delete: () => backend.directory.delete(run.key),
    };
    for (const [name, call] of Object.entries(calls)) {
      const thrown = await Promise.resolve()
        .then(call)
        .catch((error: unknown) => error);
      if (!isSluiceError(thrown, 'STORAGE_LOST'))
        breach(`${name} after close: expected STORAGE_LOST, got none`);
    }
  }),
];

/** Only where one process has the store to itself: elsewhere the lease of the owner is what keeps a run. */
export const unsharedLaws: readonly Law<BackendLab>[] = [
  law('keeps a run that is worked on, however long it is silent', async (backend, lab) => {
    for (const status of ['accepted', 'running', 'waiting'] as const) {
      const run = await LawRun.create(backend, lab, { status });
      await run.write('a');
      await lab.clock.advance(run.record.ttl * 5);
      mustEqual(seen(await run.kept()), seen(run.written), `events of a run that is ${status}`);
    }
  }),

  law('lets a run expire whose log has its end, whatever its record says', async (backend, lab) => {
    const run = await LawRun.create(backend, lab, { status: 'running' });
    await run.end();
    await expired(lab, async () => (await run.read()).result === 'absent');
  }),
];

/** Only where events outlive the process. */
export const durableLaws: readonly Law<BackendLab>[] = [
  law('has everything again after it was closed and opened', async (first, lab) => {
    const run = await LawRun.create(first, lab, { labels: { a: 'b' } }, { key: 'k', fingerprint: 'f' });
    await run.write('a', 'b');
    const last = await run.write('c');
    await first.close();
    await withBackend(lab, async second => {
      const answer = await second.log.read(run.key, { after: 0, limit: 10, epoch: run.record.epoch });
      if (answer.result !== 'page') return breach(`expected a page, got "${answer.result}"`);
      mustEqual(seen(answer.entries), seen(run.written), 'events');
      mustEqual((await second.directory.get(run.key))?.labels, { a: 'b' }, 'labels');
      mustEqual((await second.log.append(run.key, last)).result, 'duplicate', 'the last batch again');
      const { tenantId } = run.record;
      const again = await second.directory.create(recordOf(lab, { tenantId }), {
        key: 'k',
        fingerprint: 'f',
      });
      mustEqual(again.result, 'repeated', 'a repeated request');
    });
  }),

  law('goes on with a list where a page of the process before ended', async (first, lab) => {
    const tenantId = `law-${randomName(8)}`;
    const newest = (
      await createAll(
        first,
        lab,
        tenantId,
        Array.from({ length: 9 }, () => ({})),
      )
    ).reverse();
    const { next } = await first.directory.list({ tenantId, limit: 3 });
    // Whatever counts runs counts others after that: the last one that was seen, and one of the oldest.
    for (const at of [2, 7]) await first.directory.delete(runKey(tenantId, newest[at]!));
    await first.close();
    await withBackend(lab, async second => {
      await createAll(second, lab, tenantId, [{}]);
      const rest = newest.filter((_, index) => index > 2 && index !== 7);
      mustEqual(await allOf(second, { tenantId, limit: 2, page: next }), rest, 'pages after the first');
    });
  }),
];

export async function withBackend(lab: BackendLab, use: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await lab.open();
  try {
    await use(backend);
  } finally {
    await backend.close();
  }
}

// A store may be late, by its own resolution; some lifetimes more are enough for all.
async function expired(lab: BackendLab, gone: () => Awaitable<boolean>): Promise<void> {
  const ttl = lab.ttl ?? 60_000;
  for (let lifetimes = 0; lifetimes < 20; lifetimes++) {
    await lab.clock.advance(ttl * 1.1);
    if (await gone()) return;
  }
  breach('expected the run to expire, it is still there');
}
