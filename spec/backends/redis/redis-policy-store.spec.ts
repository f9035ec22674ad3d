import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { redisPolicyStore, type RedisPolicyStore } from '../../../src/backends/redis/redis-policy-store.ts';
import { createGate } from '../../../src/control/create-gate.ts';
import { memoryPolicyStore } from '../../../src/control/memory-policy-store.ts';
import { circuitBreaker } from '../../../src/control/policies/circuit-breaker.ts';
import { rateLimit } from '../../../src/control/policies/rate-limit.ts';
import type { CallOutcome, PolicyStore } from '../../../src/control/policy-store.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { policyStoreLaws } from '../../../src/testing/policy-store-laws.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { redisCluster } from '../../support/redis-cluster.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';
import { codeOf } from '../../support/code-of.ts';

let server: RedisServer;
let probe: Redis;
const opened: RedisPolicyStore[] = [];

type Change = Partial<Parameters<typeof redisPolicyStore>[0]>;

async function open(change: Change = {}): Promise<RedisPolicyStore> {
  const store = await redisPolicyStore({ url: server.url, ...change });
  opened.push(store);
  return store;
}

beforeAll(async () => {
  server = await redisServer();
  probe = new Redis(server.url, { retryStrategy: () => 20 });
  probe.on('error', () => undefined);
}, 30_000);

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

afterAll(async () => {
  probe.disconnect();
  await server.close();
});

describe('redisPolicyStore', () => {
  const clock = new ManualClock();
  describeLaws(policyStoreLaws, {
    shared: true,
    open: () => open({ clock }),
    advance: ms => clock.advance(ms),
  });

  it('answers what a memory store answers', async () => {
    const rules = { failures: 2, within: 300, cooldown: 200, halfOpen: 2 };
    const step = fc.oneof(
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }),
      fc.record({
        do: fc.constant('take' as const),
        limit: fc.integer({ min: 1, max: 3 }),
        patience: fc.constantFrom(0, 50, 500),
      }),
      fc.record({ do: fc.constant('admit' as const) }),
      fc.record({
        do: fc.constant('report' as const),
        outcome: fc.constantFrom<CallOutcome>('failed', 'succeeded', 'dropped'),
        trial: fc.boolean(),
      }),
      fc.record({
        do: fc.constant('spend' as const),
        amounts: fc.dictionary(fc.constantFrom('a', 'b'), fc.double({ min: -2, max: 5, noNaN: true })),
        limits: fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 9 })),
      }),
      fc.record({ do: fc.constant('forget' as const) }),
    );
    const shared = await open({ clock });
    let program = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
        const key = `program-${program++}`;
        const alone = memoryPolicyStore({
          clock: { ...clock, now: () => clock.now(), alarm: clock.alarm.bind(clock) },
        });
        const trials: [number?, number?] = [];
        for (const asked of steps) {
          if (asked.do === 'wait') {
            clock.advance(asked.ms);
            continue;
          }
          const [one, other] = [await ask(alone, 0), await ask(shared, 1)];
          expect(other).toEqual(one);
          async function ask(store: PolicyStore, at: 0 | 1): Promise<unknown> {
            if (asked.do === 'take')
              return store.take(key, { limit: asked.limit, per: 100, burst: 2 }, asked.patience);
            if (asked.do === 'spend')
              return store.spend(key, asked.amounts, { within: 500, limits: asked.limits });
            if (asked.do === 'forget') return store.forget(key);
            if (asked.do === 'report')
              return store.report(key, rules, {
                outcome: asked.outcome,
                trial: asked.trial ? trials[at] : undefined,
              });
            const admission = await store.admit(key, rules);
            if (admission.state !== 'trial') return admission;
            trials[at] = admission.trial;
            return admission.state;
          }
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('gives every key a time to live, at most until it is like new', async () => {
    await probe.flushall();
    const store = await open({ prefix: 'ttl' });
    const rules = { failures: 2, within: 40_000, cooldown: 20_000, halfOpen: 1 };
    await store.take('a', { limit: 1, per: 30_000, burst: 2 }, 0);
    await store.report('a', rules, { outcome: 'failed' });
    await store.spend('a', { tokens: 1 }, { within: 50_000 });
    const left = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        await Promise.all((await probe.keys('*')).map(async key => [key, await probe.pttl(key)] as const)),
      );
    const most = { 'ttl:pb:{a}': 30_000, 'ttl:pc:{a}': 40_000, 'ttl:pf:{a}': 40_000, 'ttl:pa:{a}': 50_000 };
    const found = await left();
    expect(Object.keys(found).sort()).toEqual(Object.keys(most).sort());
    for (const [key, ms] of Object.entries(most)) {
      expect(found[key]).toBeGreaterThan(0);
      expect(found[key]).toBeLessThanOrEqual(ms);
    }
    await store.report('a', rules, { outcome: 'failed' });
    const open_ = await left();
    expect(Object.values(open_).every(ms => ms > 0 && ms <= 80_000)).toBe(true);
    expect(open_['ttl:pf:{a}']).toBeUndefined();
  });

  it('goes by the time of Redis', async () => {
    const store = await open({ prefix: 'time' });
    const bucket = { limit: 1, per: 60_000, burst: 1 };
    await store.take('a', bucket, 0);
    const [seconds = 0] = await probe.time();
    const full = Number(await probe.get('time:pb:{a}'));
    expect(Math.abs(full - 60_000 - Number(seconds) * 1_000)).toBeLessThan(30_000);
    expect(await store.take('a', bucket, 0)).toBeGreaterThan(0);
  });

  it('needs no more of an ACL than its prefix', async () => {
    await probe.acl('SETUSER', 'narrow', 'on', 'nopass', '~own:*', '&own:*', '+@all', '-@dangerous', '+info');
    const store = await open({ prefix: 'own', url: `redis://narrow:any@127.0.0.1:${server.port}` });
    const rules = { failures: 1, within: 1_000, cooldown: 1_000, halfOpen: 1 };
    await store.take('a', { limit: 1, per: 1, burst: 1 }, 0);
    await store.report('a', rules, { outcome: 'failed' });
    expect((await store.admit('a', rules)).state).toBe('open');
    await store.spend('a', { x: 1 }, { within: 1_000 });
    await store.forget('a');
  });

  it('runs in a cluster', async () => {
    const cluster = await redisCluster();
    const client = cluster.client();
    const one = await redisPolicyStore({ client });
    const other = await redisPolicyStore({ client });
    try {
      const bucket = { limit: 2, per: 3_600_000, burst: 2 };
      const rules = { failures: 1, within: 1_000, cooldown: 3_600_000, halfOpen: 1 };
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        expect([await one.take(key, bucket, 0), await other.take(key, bucket, 0)]).toEqual([0, 0]);
        expect(await one.take(key, bucket, 0)).toBeGreaterThan(0);
        await one.report(key, rules, { outcome: 'failed' });
        expect((await other.admit(key, rules)).state).toBe('open');
        await one.spend(key, { x: 1 }, { within: 1_000_000 });
        expect(await other.spend(key, {}, { within: 1_000_000 })).toEqual({ totals: { x: 1 } });
        await other.forget(key);
      }
    } finally {
      await one.close();
      await other.close();
      client.disconnect();
      await cluster.close();
    }
  }, 90_000);

  it.each<[string, Change]>([
    ['url', { url: 'http://x' }],
    ['prefix', { prefix: 'a b' }],
    ['timeout', { timeout: 1 }],
    ['one of', { url: undefined }],
  ])('refuses a wrong %s', async (_, change) => {
    expect(await codeOf(() => open(change))).toBe('BAD_OPTION');
  });
});

describe('policies on one Redis', () => {
  const context = { runId: 'r', tenantId: 't', attempt: 1, signal: new AbortController().signal };
  const called = (callId: string) => ({ type: 'tool.called', data: { callId, tool: 'search', args: {} } });

  it('hold one rate limit over two engines', async () => {
    const engines = await Promise.all(
      [1, 2].map(async () => {
        const store = await open({ prefix: 'rate' });
        const gate = createGate([rateLimit({ limit: 7, per: 3_600_000, then: 'skip', store })]);
        return createEngine({ gate });
      }),
    );
    let done = 0;
    const runs = await Promise.all(
      engines.map(engine =>
        engine.start(async ctx => {
          for (let at = 0; at < 10; at++) await ctx.tool('search', {}, () => void done++);
        }),
      ),
    );
    await Promise.all(runs.map(run => run.result));
    expect(done).toBe(7);
    for (const engine of engines) await engine.close();
  });

  it('open one circuit over two engines, and try once', async () => {
    const make = async () => {
      const store = await open({ prefix: 'breaker' });
      const gate = createGate([circuitBreaker({ failures: 2, cooldown: 1_000, then: 'skip', store })]);
      return createEngine({ gate });
    };
    const [first, second] = [await make(), await make()];
    const failing = await first.start(async ctx => {
      for (let at = 0; at < 2; at++) {
        await ctx.tool('search', {}, () => Promise.reject(new Error('503'))).catch(() => undefined);
      }
    });
    await failing.result;
    const probes = await open({ prefix: 'breaker' });
    const rules = { failures: 2, within: 60_000, cooldown: 1_000, halfOpen: 1 };
    // What is told of endings is on its way when a run has ended.
    while ((await probes.admit('circuitBreaker:tool search', rules)).state === 'closed') await probe.ping();
    let reached = 0;
    const refused = await second.start(async ctx => ctx.tool('search', {}, () => void reached++));
    await refused.result;
    expect(reached).toBe(0);

    // Both ask at the same time from then on; the one that may stays in its call until both were answered.
    const until = systemClock.now() + 30_000;
    const answers = { yes: 0, no: 0 };
    let isTried!: () => void;
    const tried = new Promise<void>(resolve => (isTried = resolve));
    const asking = [first, second].map(async engine => {
      const run = await engine.start(async ctx => {
        while (answers.yes === 0 && systemClock.now() < until) {
          const answer = await ctx.tool('search', {}, async () => {
            answers.yes++;
            await tried;
            return 'yes';
          });
          if (answer === undefined && answers.yes > 0) answers.no++;
        }
        isTried();
      });
      return run.result;
    });
    await Promise.all(asking);
    expect(answers.yes).toBe(1);
    await first.close();
    await second.close();
  }, 60_000);

  it('say by their onError what a Redis means that is away, and wait no longer than told', async () => {
    const own = await redisServer();
    const store = await redisPolicyStore({ url: own.url, timeout: 100 });
    const limit = { limit: 1, per: 1_000, store };
    const closed = createGate([rateLimit(limit)]);
    const opens = createGate([
      rateLimit({ ...limit, onError: 'open' }),
      circuitBreaker({ store, onError: 'open' }),
    ]);
    await own.close();
    const decision = await closed.check(called('1'), context);
    expect(decision).toMatchObject({ signal: 'ERROR', policy: 'rateLimit' });
    expect(decision).toMatchObject({
      reason: expect.stringMatching(/^redis policy store: take: expected an answer from Redis/),
    });
    expect(await opens.check(called('2'), context)).toMatchObject({ signal: 'PROCEED' });
    expect(opens.policies.map(({ errors }) => errors)).toEqual([1, 1]);
    await store.close();
    expect(await codeOf(() => store.take('a', { limit: 1, per: 1, burst: 1 }, 0))).toBe('STORAGE_LOST');
  }, 30_000);
});
