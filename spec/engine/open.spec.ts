import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { slowBackend } from '../support/slow-backend.ts';

describe('engine.open', () => {
  it('is a run that somebody else writes', async () => {
    const engine = createEngine();
    const writer = await engine.open({ id: 'mine', labels: { a: 'b' } });
    const seen = collect(writer.run);
    writer.token('a');
    expect(await writer.emit('step', { name: 's' })).toMatchObject({ outcome: 'stored', seq: 3 });
    await writer.drained();
    await writer.complete({ pages: 1 });
    expect([writer.id, broken(seen), seen.types, await writer.run.result]).toEqual([
      ...['mine', undefined, ['started', 'token', 'step', 'complete'], { pages: 1 }],
    ]);
    expect(await engine.runs.get('mine')).toMatchObject({ status: 'completed', output: { pages: 1 } });
  });

  it('fails and is cancelled by its writer', async () => {
    const engine = createEngine();
    const [failing, giving] = [await engine.open(), await engine.open()];
    await failing.fail(new TypeError('x'));
    await giving.cancel('no need');
    expect(await codeOf(() => failing.run.result)).toBe('RUN_FAILED');
    expect(await codeOf(() => giving.run.result)).toBe('RUN_CANCELLED');
    expect((await engine.events.latest(giving.id))!.data).toEqual({ reason: 'no need' });
  });

  it('takes nothing after its end: RUN_ENDED', async () => {
    const engine = createEngine();
    const writer = await engine.open();
    await writer.complete();
    const calls = [
      () => writer.token('x'),
      () => writer.warn('x'),
      () => writer.emit('step', { name: 'x' }),
      () => writer.checkpoint('x', 1),
    ];
    for (const call of calls) expect(thrownBy(call)).toBe('RUN_ENDED');
    for (const end of [() => writer.complete(), () => writer.fail(1), () => writer.cancel()]) {
      expect(await codeOf(end)).toBe('RUN_ENDED');
    }
    expect((await engine.events.tip(writer.id)).seq).toBe(2);
  });

  it('hears that somebody wants it to stop, and is cancelled whatever it says then', async () => {
    const engine = createEngine();
    const writer = await engine.open();
    let fired = false;
    writer.signal.addEventListener('abort', () => (fired = true));
    expect(writer.cancelRequested).toBe(false);
    await engine.runs.cancel(writer.id, { reason: 'enough' });
    expect([writer.cancelRequested, fired]).toEqual([true, true]);
    writer.token('last words');
    await writer.complete('done');
    const page = await engine.events.search(writer.id);
    expect(page.items.map(item => (item as { type: string }).type)).toEqual([
      'started',
      'token',
      'cancelled',
    ]);
  });

  it('is given up when its producer is silent', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, grace: 0 });
    const writer = await engine.open();
    const seen = collect(writer.run);
    clock.advance(4 * 60_000);
    writer.token('still here');
    clock.advance(4 * 60_000);
    expect(seen.ended).toBe(false);
    clock.advance(2 * 60_000);
    expect(seen.events.at(-1)).toMatchObject({
      type: 'error',
      data: { code: 'PRODUCER_SILENT' },
      final: true,
    });
    expect(thrownBy(() => writer.token('late'))).toBe('RUN_ENDED');
    expect(engine.stats.deadlines).toBe(0);
  });

  it('gives the writer again while the run lives, and RUN_ENDED after', async () => {
    const engine = createEngine();
    const writer = await engine.open({ idempotencyKey: 'k' });
    const again = await engine.open({ idempotencyKey: 'k' });
    again.token('x');
    expect([again.id, (await engine.events.tip(writer.id)).seq]).toEqual([writer.id, 2]);
    await writer.complete();
    expect(await codeOf(() => engine.open({ idempotencyKey: 'k' }))).toBe('RUN_ENDED');
    expect(await codeOf(() => engine.start(() => 1, { idempotencyKey: 'k' }))).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('tells its writer when the end could not be stored', async () => {
    let isLost = false;
    const backend = slowBackend({ append: work => (isLost ? Promise.reject(new Error('disk')) : work()) });
    const engine = createEngine({ backend, storageTimeout: 0 });
    const ends = [
      (writer: Awaited<ReturnType<typeof engine.open>>) => writer.complete(),
      (writer: Awaited<ReturnType<typeof engine.open>>) => writer.fail(new Error('x')),
      (writer: Awaited<ReturnType<typeof engine.open>>) => writer.cancel(),
    ];
    for (const end of ends) {
      isLost = false;
      const writer = await engine.open();
      isLost = true;
      expect(await codeOf(() => end(writer))).toBe('STORAGE_LOST');
    }
  });
});
