import { afterEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent, type AnyAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { isNotice, type ResetNotice } from '../../../src/event/notice.ts';
import type { RunContext } from '../../../src/run/context.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import type { RedisBackendOptions } from '../../../src/backends/redis/redis-options.ts';
import type { RunWriter } from '../../../src/run/writer.ts';
import { codeOf } from '../../support/code-of.ts';
import { broken, collect, type Collected } from '../../support/collect.ts';
import type { FaultProxy } from '../../support/fault-proxy.ts';
import { redisPair } from '../../support/redis-pair.ts';
import { until, untilAsked } from '../../support/settle.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const pairOf = async (): Promise<Awaited<ReturnType<typeof redisPair>>> => {
  const pair = await redisPair();
  closers.push(() => pair.close());
  return pair;
};

async function engineOn(
  { port }: FaultProxy,
  change: Partial<RedisBackendOptions> = {},
  agents: readonly AnyAgent[] = [],
): Promise<Engine> {
  const backend = await redisBackend({
    ...{ url: `redis://127.0.0.1:${port}`, poll: 300, lease: 60_000, timeout: 2_000 },
    ...change,
  });
  const engine = createEngine({ backend, agents, grace: 100, storageTimeout: 30_000 });
  closers.push(() => engine.close());
  await engine.ready;
  return engine;
}

/** Agents at work, which say what the spec makes them say. */
const voices: { readonly ctx: RunContext }[] = [];

const speaker = defineAgent({
  name: 'speaker',
  run: async ctx => {
    voices.push({ ctx });
    return new Promise<string>(() => undefined);
  },
  resume: async ctx => {
    for (let n = 1; n <= 12; n++) ctx.token(`other ${n}`);
    return Promise.resolve('resumed');
  },
});

const lonely = defineAgent({ name: 'lonely', run: async () => Promise.resolve('') });

/** Number, hash and all: what everybody must have seen alike. */
const idsOf = ({ events }: Collected): string[] => events.map(({ id }) => id);

async function stored(engine: Engine, runId: string): Promise<string[]> {
  const reader = collect(engine.events(runId));
  await until(() => reader.ended, 'the end of what is stored');
  return idsOf(reader);
}

const say = (run: Pick<RunWriter, 'token'>, from: number, to: number): void => {
  for (let n = from; n <= to; n++) run.token(`word ${n}`);
};

describe('a replica that was behind and takes over', () => {
  it('is given what it lacks by the process that wrote it, also while that says nothing', async () => {
    const pair = await pairOf();
    const [owner, other] = [await engineOn(pair.line), await engineOn(pair.line)];
    const run = await owner.open({ id: 'healed' });
    const readers = [owner, other, other].map(engine => collect(engine.events('healed')));
    const seen = (count: number): Promise<void> =>
      until(() => readers.every(({ events }) => events.length >= count), `${count} events`);
    say(run, 2, 6);
    await seen(6);
    await pair.caughtUp();
    pair.leaveBehind();
    say(run, 7, 20);
    await seen(20);
    await pair.failOver();
    // Nothing is written any more, and a new reader finds all of it.
    const late = collect(other.events('healed'));
    await until(() => late.events.length >= 20, 'the events that the replica never had');
    say(run, 21, 30);
    void run.complete('done');
    for (const reader of [...readers, late]) {
      await until(() => reader.ended, 'the end');
      expect(reader.notices.filter(({ notice }) => notice !== 'degraded')).toEqual([]);
      expect(broken(reader)).toBeUndefined();
      expect(idsOf(reader)).toEqual(idsOf(readers[0]!));
    }
    expect(readers[0]!.seqs).toHaveLength(31);
  });

  it('is given what it lacks in front of what follows', async () => {
    const pair = await pairOf();
    const [owner, other] = [await engineOn(pair.line), await engineOn(pair.line)];
    const run = await owner.open({ id: 'busy' });
    const readers = [owner, other].map(engine => collect(engine.events('busy')));
    await until(() => readers.every(({ events }) => events.length === 1), 'the beginning');
    await pair.caughtUp();
    pair.leaveBehind();
    let said = 1;
    const speak = (): void => say(run, ++said, said);
    for (let turn = 0; turn < 50; turn++) {
      speak();
      await until(() => readers[0]!.events.length > turn / 2, 'its own events');
    }
    await until(() => readers[1]!.events.length > 10, 'events elsewhere');
    const change = pair.failOver();
    for (let turn = 0; turn < 50; turn++) speak();
    await change;
    for (let turn = 0; turn < 50; turn++) speak();
    void run.complete();
    for (const reader of readers) {
      await until(() => reader.ended, 'the end');
      expect(reader.notices.filter(({ notice }) => notice !== 'degraded')).toEqual([]);
      expect(broken(reader)).toBeUndefined();
      expect(reader.seqs).toHaveLength(152);
    }
    expect(idsOf(readers[1]!)).toEqual(idsOf(readers[0]!));
    expect(await stored(other, 'busy')).toEqual(idsOf(readers[0]!));
  });

  it('is given an end that it lacks, whatever was asked of the run since', async () => {
    const pair = await pairOf();
    const [owner, other] = [await engineOn(pair.line), await engineOn(pair.line)];
    const run = await owner.open({ id: 'over' });
    const reader = collect(other.events('over'));
    await until(() => reader.events.length === 1, 'the beginning');
    await pair.caughtUp();
    pair.leaveBehind();
    void run.complete('the answer');
    await until(() => reader.ended, 'the end');
    await pair.failOver();
    expect(await stored(other, 'over')).toEqual(idsOf(reader));
    await untilAsked(async () => (await other.runs.get('over')).status === 'completed', 'its record');
    expect(await other.runs.get('over')).toMatchObject({ output: 'the answer' });
  });

  it('is given no more than is kept: a run of which more was lost has its end, and readers are told', async () => {
    const pair = await pairOf();
    const [owner, other] = [await engineOn(pair.line), await engineOn(pair.line)];
    const run = await owner.open({ id: 'long' });
    const reader = collect(other.events('long'));
    await until(() => reader.events.length === 1, 'the beginning');
    await pair.caughtUp();
    pair.leaveBehind();
    for (let to = 50; to <= 400; to += 50) {
      say(run, to - 48, to + 1);
      await until(() => reader.events.length === to + 1, 'what will be lost');
    }
    await pair.failOver();
    run.token('one more');
    await until(() => run.run.status === 'failed' && reader.ended, 'the end');
    expect(await codeOf(() => run.run.result)).toBe('STORAGE_LOST');
    expect(broken(reader)).toBeUndefined();
    expect(reader.notices.filter(({ notice }) => notice !== 'degraded')).toMatchObject([
      { notice: 'reset', reason: 'future' },
    ]);
    expect(reader.events.at(-1)).toMatchObject({ seq: 2, data: { code: 'STORAGE_LOST' } });
    await untilAsked(async () => (await other.runs.get('long')).status === 'failed', 'its record');
  });

  it.each(['ends it', 'goes on with it'])(
    'is believed where the process is gone too and another one %s: who saw more is told, and begins anew',
    async how => {
      const pair = await pairOf();
      const wire = await pair.anotherLine();
      const agents: AnyAgent[] = [lonely];
      if (how === 'goes on with it') agents.push(speaker);
      const gone = await engineOn(wire, { lease: 1_500 }, [lonely, speaker]);
      const other = await engineOn(pair.line, { lease: 1_500 }, agents);
      const run = await gone.start('speaker', { id: 'forked' });
      const readers = [other, other].map(engine => collect(engine.events('forked')));
      await until(() => voices.length === 1, 'the agent');
      const { ctx } = voices.pop()!;
      say(ctx, 2, 4);
      await until(() => readers.every(({ events }) => events.length === 4), 'what both will have');
      await pair.caughtUp();
      pair.leaveBehind();
      say(ctx, 5, 9);
      await until(() => readers.every(({ events }) => events.length === 9), 'what will be lost');
      const phantom = idsOf(readers[0]!);
      wire.plan = () => ({ side: 'request', after: 0, how: 'cut' });
      await pair.failOver();
      for (const reader of readers) await until(() => reader.ended, 'the end');
      const truth = await stored(other, 'forked');
      expect(truth.slice(0, 4)).toEqual(phantom.slice(0, 4));
      expect(truth).toHaveLength(how === 'ends it' ? 5 : 4 + 1 + 12 + 1);
      for (const reader of readers) {
        expect(broken(reader)).toBeUndefined();
        const at = reader.items.findIndex(item => isNotice(item) && item.notice === 'reset');
        expect(['fork', 'future']).toContain((reader.items[at] as ResetNotice | undefined)?.reason);
        expect((reader.items.slice(at + 1) as RunEvent[]).map(({ id }) => id)).toEqual(truth);
      }
      // Somebody who comes with what was lost, long after.
      const after = collect(other.events('forked', { after: phantom[8]! }));
      await until(() => after.ended, 'the end again');
      expect(after.notices).toMatchObject([
        { notice: 'reset', reason: how === 'ends it' ? 'future' : 'fork' },
      ]);
      expect(idsOf(after)).toEqual(truth);
      // The one that was gone comes back, and is told though it says nothing.
      wire.plan = () => undefined;
      await until(() => ctx.signal.aborted, 'the signal');
      expect(await codeOf(() => run.result)).toBe('STORAGE_LOST');
      expect(await stored(other, 'forked')).toEqual(truth);
      const { status } = await other.runs.get('forked');
      expect(status).toBe(how === 'ends it' ? 'failed' : 'completed');
    },
  );
});
