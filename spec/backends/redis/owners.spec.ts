import { afterAll, describe, expect, it } from '@jest/globals';
import { runKey, type Backend, type RunKey } from '../../../src/backends/backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { chainStart } from '../../../src/event/chain.ts';
import { LawRun, leaseOf, recordOf } from '../../../src/testing/backend-laws/law-run.ts';
import { newId } from '../../../src/time/new-id.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';
import { ShiftedClock } from './shifted-clock.ts';

const lab = await redisLab();
afterAll(() => lab.close());

async function create(backend: Backend): Promise<RunKey> {
  const record = recordOf(lab, { ttl: 1e9 });
  await backend.directory.create(record);
  return runKey(record.tenantId, record.runId);
}

/** As a process that is killed: nothing of it is renewed any more, and its lease runs out. */
async function lapse(instance: string): Promise<void> {
  await lab.probe.del(`${lab.prefix}:lease:${instance}`);
  await lab.probe.zadd(`${lab.prefix}:instances`, lab.clock.now() - 1, instance);
}

describe('leases in Redis', () => {
  it('name the runs of an instance that is gone, until somebody has them or they have ended', async () => {
    const [one, other] = [await lab.open(), await lab.open()];
    const instance = newId();
    await leaseOf(one).join(instance);
    await leaseOf(other).join(newId());
    const [first, second, third] = [await create(one), await create(one), await create(one)];
    for (const key of [first, second, third]) expect(await leaseOf(one).claim(key)).not.toBe('held');
    await one.directory.delete(third);
    expect(await leaseOf(other).dead()).toEqual([]);
    await lapse(instance);
    // The first lease after a connection nobody is taken for dead: it may be Redis that was away.
    expect(await leaseOf(other).dead()).toEqual([]);
    expect(await leaseOf(other).claim(first)).toBe('held');
    await lab.clock.advance(61_000);
    await lapse(instance);
    const [gone, ...others] = await leaseOf(other).dead();
    expect([gone?.instance, [...(gone?.keys ?? [])].sort(), others]).toEqual([
      instance,
      [first, second].sort(),
      [],
    ]);
    const claimed = await leaseOf(other).claim(first);
    expect(claimed).toMatchObject({ fence: expect.stringMatching(/^2\./) });
    expect((await leaseOf(other).dead())[0]?.keys).toEqual([second]);
    await leaseOf(other).claim(second);
    expect(await leaseOf(other).dead()).toEqual([]);
    expect(await lab.probe.zscore(`${lab.prefix}:instances`, instance)).toBeNull();
    await one.close();
    await other.close();
  });

  it('name a run whose record was not told of its end, until somebody tells it', async () => {
    const [one, other] = [await lab.open(), await lab.open()];
    const run = await LawRun.create(one, lab, { ttl: 1e9 });
    const instance = (await lab.probe.hget(`${lab.prefix}:m:{${run.key}}`, 'o'))!;
    await run.end('complete');
    await lab.clock.advance(61_000);
    await lapse(instance);
    await leaseOf(other).join(newId());
    expect(await leaseOf(other).dead()).toContainEqual({ instance, keys: [run.key] });
    const engine = createEngine({ backend: other, clock: lab.clock });
    await engine.ready;
    expect(await one.directory.get(run.key)).toMatchObject({ status: 'completed' });
    expect((await leaseOf(one).dead()).flatMap(({ keys }) => keys)).not.toContain(run.key);
    for (const owned of await lab.probe.keys(`${lab.prefix}:owned:*`))
      await untilAsked(
        async () => (await lab.probe.zscore(owned, run.key)) === null,
        'a run that nobody has',
      );
    await engine.close();
    await one.close();
  });

  it('run out whatever the clock of a process says', async () => {
    const ahead = new ShiftedClock();
    ahead.advance(3_600_000);
    const [one, other] = [await lab.open({ clock: ahead }), await lab.open()];
    const instance = newId();
    await leaseOf(one).join(instance);
    await leaseOf(other).join(newId());
    const key = await create(one);
    await leaseOf(one).claim(key);
    await lab.clock.advance(61_000);
    const gone = { instance, keys: [key] };
    expect(await leaseOf(other).dead()).not.toContainEqual(gone);
    await lab.probe.del(`${lab.prefix}:lease:${instance}`);
    expect(await leaseOf(other).dead()).toContainEqual(gone);
    await one.close();
    await other.close();
  });

  it('give runs free at once whose owner left', async () => {
    const [one, other] = [await lab.open(), await lab.open()];
    const instance = newId();
    const membership = await leaseOf(one).join(instance);
    await leaseOf(other).join(newId());
    const key = await create(one);
    await leaseOf(one).claim(key);
    expect(await membership.renew()).toBe(true);
    expect(await leaseOf(other).claim(key)).toBe('held');
    await membership.leave();
    expect(await membership.renew()).toBe(false);
    expect(await leaseOf(other).dead()).toContainEqual({ instance, keys: [key] });
    expect(await leaseOf(other).claim(key)).toMatchObject({ fence: expect.stringMatching(/^2\./) });
    await one.close();
    await other.close();
  });

  it('say when they had run out, and are taken anew', async () => {
    const backend = await lab.open();
    const instance = newId();
    const { renew } = await leaseOf(backend).join(instance);
    await lapse(instance);
    expect(await renew()).toBe(false);
    expect(await renew()).toBe(true);
    await backend.close();
  });

  it('are among the numbers of an engine where they had run out', async () => {
    const engine = createEngine({ backend: await lab.open({ lease: 300 }) });
    await engine.ready;
    const run = await engine.start(() => new Promise<void>(() => undefined));
    const before = engine.metrics().backendErrors.lease;
    const leases = await lab.probe.keys(`${lab.prefix}:lease:*`);
    await lab.probe.del(leases);
    await until(() => engine.metrics().backendErrors.lease > before, 'the renewal');
    await run.cancel();
    await engine.close();
  });

  it('keep a silent run for its owner, and let it go with the owner', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    const owner = (await lab.probe.hget(`${lab.prefix}:m:{${run.key}}`, 'o'))!;
    for (let lifetimes = 0; lifetimes < 5; lifetimes++) {
      await lab.clock.advance(run.record.ttl * 1.1);
      expect(await backend.directory.get(run.key)).toBeDefined();
    }
    await lab.probe.del(`${lab.prefix}:lease:${owner}`);
    for (let lifetimes = 0; lifetimes < 20 && (await backend.directory.get(run.key)); lifetimes++)
      await lab.clock.advance(run.record.ttl * 1.1);
    expect(await backend.directory.get(run.key)).toBeUndefined();
    await backend.close();
  });
});

describe('fences in Redis', () => {
  it('are taken over when they are newer than the one stored, whose claim a failover lost', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    const newer = `7.abcdefgh.${newId()}`;
    await run.must({ ...run.batch(['a']), fence: newer });
    expect(await run.append(run.batch(['b']))).toEqual({ result: 'fenced' });
    const twin = { ...run.batch(['b']), fence: newer.replace('abcdefgh', 'hgfedcba') };
    expect(await run.append(twin)).toEqual({ result: 'fenced' });
    await run.must({ ...run.batch(['b']), fence: newer });
    await backend.close();
  });

  it('are needed once a run was claimed, and not before', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    const { fence: _, ...unfenced } = run.batch(['a']);
    expect(await run.append(unfenced)).toEqual({ result: 'fenced' });
    await lab.probe.hdel(`${lab.prefix}:m:{${run.key}}`, 'f', 'o');
    await run.must(unfenced);
    await backend.close();
  });

  it('give way to a history that is another one', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    const fork = run.batch(['the other']);
    await run.write('a');
    const next = run.batch(['b']);
    // What a failover does whose replica was behind: another event stands where ours was acknowledged.
    const [head, stream] = ['m', 's'].map(kind => `${lab.prefix}:${kind}:{${run.key}}`);
    await lab.probe.del(stream!);
    await lab.probe.hset(head!, 's', 0, 'y', 0, 'h', chainStart(run.record.epoch));
    expect(await run.append(fork)).toMatchObject({ result: 'ok' });
    expect(await run.append(next)).toEqual({ result: 'fenced' });
    const { cursor, seq } = run.written[0]!;
    const read = await run.read({ after: seq, epoch: run.record.epoch, hash: cursor.split('.')[2] });
    expect(read).toEqual({ result: 'reset', reason: 'fork' });
    await backend.close();
  });
});

describe('commands in Redis', () => {
  it('reach the owner once, in their order, and a new owner of the run too', async () => {
    const [one, other] = [await lab.open(), await lab.open()];
    const [first, second] = [newId(), newId()];
    const membership = await leaseOf(one).join(first);
    await leaseOf(other).join(second);
    const key = await create(one);
    await leaseOf(one).claim(key);
    const answer = { command: 'answer', askId: 'q', value: { yes: [] }, by: 'me' } as const;
    await other.commands!.send(key, answer, 'k1');
    await other.commands!.send(key, answer, 'k1');
    await other.commands!.send(key, { command: 'cancel' }, 'k2');
    expect(await other.commands!.take(second)).toEqual([]);
    expect(await one.commands!.take(first)).toEqual([
      { key, id: 'k1', command: answer },
      { key, id: 'k2', command: { command: 'cancel' } },
    ]);
    expect(await one.commands!.take(first)).toEqual([]);
    await other.commands!.send(key, answer, 'k3');
    await membership.leave();
    await leaseOf(other).claim(key);
    expect(await other.commands!.take(second)).toEqual([{ key, id: 'k3', command: answer }]);
    await one.close();
    await other.close();
  });

  it('keep the reason of the first cancel, and refuse a run that is not there', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await backend.commands!.send(run.key, { command: 'cancel', reason: 'first' }, 'a');
    await backend.commands!.send(run.key, { command: 'cancel', reason: 'second' }, 'b');
    const refused = await run.append(run.batch(['x'], 'complete'));
    expect(refused).toEqual({ result: 'cancelRequested', reason: 'first' });
    await run.write('still');
    await run.end('cancelled');
    await backend.commands!.send(run.key, { command: 'cancel' }, 'c');
    const nowhere = runKey(run.record.tenantId, 'no-such-run');
    await expect(backend.commands!.send(nowhere, { command: 'cancel' }, 'd')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    await expect(Promise.resolve(leaseOf(backend).claim(nowhere))).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    await backend.close();
  });
});
