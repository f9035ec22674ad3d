import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { runKey, type Backend, type Log } from '../../src/backends/backend.ts';
import { Outboxes } from '../../src/backends/redis/outboxes.ts';
import { leaseOf, membershipOf, recordOf } from '../../src/testing/backend-laws/law-run.ts';
import { redisLab } from '../backends/redis/redis-lab.ts';
import { until } from '../support/settle.ts';
import { monotonicTime } from './history.ts';
import { ToldRun } from './told-run.ts';

// What keeps Sluice's word, switched off one part at a time: the checker must see it each time, or it sees nothing.

const lab = await redisLab();
afterAll(() => lab.close());

/** The same backend with another log, made of its own. */
function withLog(backend: Backend, change: (log: Log) => Partial<Log>): Backend {
  const { log } = backend;
  const same: Log = {
    append: (key, batch) => log.append(key, batch),
    read: (key, query) => log.read(key, query),
    watch: (key, ring) => log.watch(key, ring),
    trim: (key, seq) => log.trim(key, seq),
  };
  return { ...backend, log: { ...same, ...change(log) } };
}

/** A run of which one reader has seen the beginning when the hint of all that follows is lost. */
async function aHintIsLost(poll: number): Promise<string[]> {
  const password = ['m', 'ute'].join('');
  await lab.probe.call('ACL', 'SETUSER', 'mute', 'on', `>${password}`, 'allkeys', 'resetchannels', '+@all');
  const writer = await lab.open({ url: `redis://mute:${password}@127.0.0.1:${lab.server.port}` });
  const backend = await lab.open({ poll });
  let rings = 0;
  const counting = withLog(backend, log => ({
    watch: (key, ring) => log.watch(key, () => (rings++, ring())),
  }));
  const told = await ToldRun.create(lab, writer);
  await told.say(['a']);
  const reading = told.read('reader', counting);
  // Rung when its channel is listened to.
  await until(() => rings > 0 && reading.seen.events.length === 1, 'a reader');
  const { tenantId, runId } = recordOf(lab);
  const beacon = runKey(tenantId, runId);
  let beacons = 0;
  backend.log.watch(beacon, () => beacons++);
  await until(() => beacons > 0, 'the beacon to be watched');
  await told.say(['b', 'end']);
  if (poll !== Infinity) await until(() => reading.seen.ended, 'the end');
  const lit = beacons;
  await lab.probe.publish(`${lab.prefix}:h:${beacon}`, '');
  await until(() => beacons > lit, 'a hint that came behind the lost one');
  await told.finish('reader', reading);
  await writer.close();
  return told.anomalies();
}

/** A store that goes back to an older state, behind which another history follows, with a reader in between. */
async function historyIsReplaced(isChained: boolean): Promise<string[]> {
  const [writer, backend] = [await lab.open(), await lab.open()];
  const told = await ToldRun.create(lab, writer);
  await told.say(['a']);
  const from = monotonicTime();
  const goBack = await told.remember();
  await told.say(['b', 'c']);
  const { cursor } = told.run;
  const first = told.read('reader', backend);
  await until(() => first.seen.events.length === 3, 'what is taken back');
  await first.engine.close();
  await goBack();
  told.note({ kind: 'fault', what: 'a loss', loses: { from, to: monotonicTime() } });
  told.run.written.length = 1;
  expect(await told.say(['other b', 'other c', 'd', 'end'])).toBe(true);
  const again = await lab.open();
  const unchained = withLog(again, log => ({
    read: (key, query) => log.read(key, { ...query, hash: undefined }),
  }));
  const second = told.read('reader', isChained ? again : unchained, cursor);
  await until(() => second.seen.ended, 'the end');
  await told.finish('reader', second);
  await writer.close();
  return told.anomalies();
}

/** A store that loses its tail while the writer goes on. */
async function tailIsLost(): Promise<string[]> {
  const [writer, backend] = [await lab.open(), await lab.open({ poll: 100 })];
  const told = await ToldRun.create(lab, writer);
  const reading = told.read('reader', backend);
  await told.say(['a']);
  const goBack = await told.remember();
  await told.say(['b', 'c']);
  await until(() => reading.seen.events.length === 3, 'what is lost');
  await goBack();
  if (!(await told.say(['d', 'end']))) {
    // Whoever ends the run has nothing but what is stored.
    told.run.written.length = 1;
    expect(await told.say(['end'])).toBe(true);
  }
  await until(() => reading.seen.ended, 'the end');
  await told.finish('reader', reading);
  await writer.close();
  return told.anomalies();
}

/** An owner that was taken for dead goes on saying things. */
async function ownerComesBack(isFenced: boolean): Promise<string[]> {
  const [one, other] = [await lab.open(), await lab.open()];
  const told = await ToldRun.create(lab, one);
  await told.say(['a']);
  await (await membershipOf(one)).leave();
  await membershipOf(other);
  const claimed = await leaseOf(other).claim(told.run.key);
  if (claimed === 'held') throw new Error('expected a fence, got "held"');
  told.note({ kind: 'claimed', run: told.id, by: 'second' });
  const head = `${lab.prefix}:m:{${told.run.key}}`;
  const unfenced = withLog(one, log => ({
    append: async (key, batch) => log.append(key, { ...batch, fence: (await lab.probe.hget(head, 'f'))! }),
  }));
  await told.say(['late'], { log: isFenced ? one.log : unfenced.log });
  expect(await told.say(['b', 'end'], { by: 'second', log: other.log, fence: claimed.fence })).toBe(true);
  await one.close();
  await other.close();
  return told.anomalies();
}

describe('a hint that is lost', () => {
  it('makes no difference', async () => {
    expect(await aHintIsLost(100)).toEqual([]);
  });

  it('leaves a reader without its end where nobody polls', async () => {
    expect(await aHintIsLost(Infinity)).toEqual(['no end']);
  });
});

describe('a history that is replaced', () => {
  it('is told', async () => {
    expect(await historyIsReplaced(true)).toEqual([]);
  });

  it('goes unnoticed where the chain is not checked', async () => {
    expect(await historyIsReplaced(false)).toEqual(['divergent']);
  });
});

describe('a tail that the store loses', () => {
  const { after } = Outboxes.prototype;
  afterEach(() => void (Outboxes.prototype.after = after));

  it('is sent again', async () => {
    expect(await tailIsLost()).toEqual([]);
  });

  it('is lost where the writer keeps nothing', async () => {
    Outboxes.prototype.after = () => undefined;
    expect(await tailIsLost()).toEqual(['lost', 'unfounded']);
  });
});

describe('an owner that comes back', () => {
  it('is refused', async () => {
    expect(await ownerComesBack(true)).toEqual([]);
  });

  it('writes what is another one’s where no fence is asked for', async () => {
    expect(await ownerComesBack(false)).toEqual(['unfenced']);
  });
});
