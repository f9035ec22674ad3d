import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { RedisBackendOptions } from '../../../src/backends/redis/redis-options.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import type { AppendEvent } from '../../../src/run/appender.ts';
import { codeOf } from '../../support/code-of.ts';
import { broken, collect } from '../../support/collect.ts';
import { faultProxy } from '../../support/fault-proxy.ts';
import { settle, until } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

const token = (content: string, key?: string): AppendEvent => ({
  ...{ type: 'token', data: { content } },
  ...(key !== undefined && { key }),
});
const end = (key: string): AppendEvent => ({ type: 'complete', data: { output: 'done' }, key });

describe('runs of producers outside, over several engines on one Redis', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
  });

  async function instance(
    change: Partial<RedisBackendOptions> = {},
    options: Partial<EngineOptions> = {},
  ): Promise<Engine> {
    const backend = await lab.open({ lease: 60_000, ...change });
    const engine = createEngine({ backend, grace: 100, storageTimeout: 20_000, ...options });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  async function eventsOf(engine: Engine, id: string): Promise<RunEvent[]> {
    return (await engine.events.search(id, { limit: 1_000 })).items as RunEvent[];
  }

  async function said(engine: Engine, id: string): Promise<string[]> {
    const events = await eventsOf(engine, id);
    return events.map(event => (event.type === 'token' ? event.data.content : event.type));
  }

  async function eventually(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await settle();
  }

  it('take batches wherever they come, each key once, and readers notice nothing', async () => {
    const [one, other] = [await instance(), await instance()];
    const { id, run } = await one.open({ id: 'wandering' });
    const seen = [collect(run), collect(one.events(id)), collect(other.events(id))];
    for (let n = 0; n < 10; n++) {
      const batch = [token(`${n} `, `${n}`), token(`${n}b `, `${n}b`)];
      const [to, again] = n % 2 === 0 ? [one, other] : [other, one];
      const told = await to.append(id, batch);
      expect(told).toMatchObject({ accepted: 2, first: 2 + 2 * n, last: 3 + 2 * n });
      // Its answer was lost, and it is sent again to whoever is there.
      expect(await again.append(id, batch)).toEqual(told);
    }
    const last = await other.append(id, [end('end')]);
    expect(await one.append(id, [end('end')])).toEqual(last);
    await until(() => seen.every(({ ended }) => ended), 'the ends');
    for (const collected of seen) expect(broken(collected)).toBeUndefined();
    const tokens = Array.from({ length: 10 }, (_, n) => [`${n} `, `${n}b `]).flat();
    expect(await said(one, id)).toEqual(['started', ...tokens, 'complete']);
    expect(await run.result).toBe('done');
    expect(await codeOf(() => one.append(id, [token('late', 'late')]))).toBe('RUN_ENDED');
    await eventually(async () => (await one.runs.get(id)).status === 'completed');
    expect([one.stats.liveRuns, other.stats.liveRuns]).toEqual([0, 0]);
  });

  it('lose and double nothing when two write at once', async () => {
    const [one, other] = [await instance(), await instance()];
    const { id, run } = await one.open({ id: 'both' });
    const seen = collect(run);
    const produce = async (engine: Engine, name: string): Promise<void> => {
      for (let n = 0; n < 40; n++) {
        const batch = [token(`${name}${n}`, `${name}${n}`), token(`${name}${n}.`, `${name}${n}.`)];
        expect((await engine.append(id, batch)).accepted).toBe(2);
      }
    };
    await Promise.all([produce(one, 'a'), produce(other, 'b'), produce(one, 'c')]);
    await other.append(id, [end('end')]);
    await until(() => seen.ended, 'the end');
    expect(broken(seen)).toBeUndefined();
    const all = (await said(other, id)).slice(1, -1);
    expect(all).toHaveLength(240);
    for (const name of ['a', 'b', 'c']) {
      const theirs = Array.from({ length: 40 }, (_, n) => [`${name}${n}`, `${name}${n}.`]).flat();
      expect(all.filter(text => text.startsWith(name))).toEqual(theirs);
    }
  });

  it('keep what their writer says here while somebody else writes there', async () => {
    const [one, other] = [await instance(), await instance()];
    const writer = await one.open({ id: 'mixed' });
    for (let n = 0; n < 5; n++) {
      writer.token(`here ${n}`);
      await other.append(writer.id, [token(`there ${n}`, `${n}`)]);
    }
    await writer.complete('raw');
    const all = await said(other, writer.id);
    expect(all.filter(text => text.startsWith('here'))).toEqual([0, 1, 2, 3, 4].map(n => `here ${n}`));
    expect(all.filter(text => text.startsWith('there'))).toEqual([0, 1, 2, 3, 4].map(n => `there ${n}`));
    expect(all.at(-1)).toBe('complete');
    expect(await writer.run.result).toBe('raw');
  });

  it('tell their producer of a cancel wherever it goes, and are ended if it does not', async () => {
    const calm = { grace: 60_000 };
    const [one, other, third] = [await instance({}, calm), await instance({}, calm), await instance()];
    const { id } = await one.open({ id: 'stoppable' });
    await other.append(id, [token('a', '1')]);
    expect(await one.runs.cancel(id, { reason: 'enough' })).toBe('requested');
    expect(await third.append(id, [token('b', '2')])).toMatchObject({ cancelRequested: true });
    expect(await other.append(id, [])).toMatchObject({ accepted: 0, cancelRequested: true });
    // The grace of the third is over soon, whoever has the run.
    const seen = collect(other.events(id));
    await until(() => seen.ended, 'the end');
    expect(seen.events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough', forced: true } });
    expect(await codeOf(() => other.append(id, []))).toBe('RUN_ENDED');
  });

  it('are adopted when their process is gone, and known by key there', async () => {
    const proxy = await faultProxy(lab.server.port);
    const gone = await instance({ url: `redis://127.0.0.1:${proxy.port}`, lease: 1_000, timeout: 1_000 });
    const other = await instance({ lease: 1_000 });
    const { id } = await gone.open({ id: 'left' });
    await gone.append(id, [token('a', '1')]);
    const mute = await gone.open({ id: 'mute', idle: 3_000 });
    await mute.drained();
    proxy.plan = () => ({ side: 'request', after: 0, how: 'cut' });
    proxy.cutAll();
    // Nobody waits for the lease where a producer comes.
    expect(await other.append(id, [token('a', '1'), token('b', '2')])).toMatchObject({ first: 2, last: 3 });
    const watched = collect(other.events('mute'));
    await until(() => watched.ended, 'the end of silence');
    expect(watched.events.at(-1)).toMatchObject({ data: { code: 'PRODUCER_SILENT' } });
    await other.append(id, [end('3')]);
    expect(await said(other, id)).toEqual(['started', 'a', 'b', 'complete']);
    proxy.plan = () => undefined;
    // What it believes of the run is old, and it finds out.
    expect(await gone.append(id, [token('b', '2'), end('3')])).toMatchObject({
      accepted: 2,
      first: 3,
      last: 4,
    });
    await gone.close();
    await proxy.close();
  }, 60_000);

  it('mask a secret of which each half reaches another instance', async () => {
    const secret = ['hunter', '2-of', '-the-house'].join('');
    const secrets = { HOUSE: secret };
    const [one, other] = [await instance({}, { secrets }), await instance({}, { secrets })];
    const { id } = await one.open({ id: 'secretive' });
    let waiting: AppendEvent[] = [];
    const pieces = ['it is ', secret.slice(0, 4), secret.slice(4, 9), secret.slice(9), ' indeed'];
    for (const [n, piece] of pieces.entries()) {
      waiting.push(token(piece, `${n}`));
      const { accepted } = await (n % 2 === 0 ? one : other).append(id, waiting);
      waiting = waiting.slice(accepted);
    }
    await one.append(id, [...waiting, end('end')]);
    const text = (await said(other, id)).join('');
    for (const piece of pieces.slice(1, 4)) expect(text).not.toContain(piece);
    expect(text).toMatch(/it is .* indeed/);
  });

  it('are not ended by the closing of an engine that had them', async () => {
    const [one, other] = [await instance(), await instance()];
    const { id } = await one.open({ id: 'closing' });
    await one.append(id, [token('a', '1')]);
    const moved = await one.open({ id: 'moved' });
    moved.token('x');
    await moved.drained();
    await other.append('moved', [token('y', '1')]);
    await one.close();
    await other.append(id, [token('a', '1'), end('2')]);
    expect(await said(other, id)).toEqual(['started', 'a', 'complete']);
    await other.append('moved', [end('2')]);
    expect(await said(other, 'moved')).toEqual(['started', 'x', 'y', 'complete']);
  });

  it('go on in silence for as long as their producer gives signs of life somewhere', async () => {
    const [one, other] = [await instance(), await instance()];
    const { id } = await one.open({ id: 'quiet', idle: 2_000 });
    await one.append(id, [token('a', '1')]);
    const opened = lab.clock.now();
    await eventually(async () => {
      await other.append(id, []);
      return lab.clock.now() > opened + 5_000;
    });
    expect((await other.runs.get(id)).status).toBe('running');
    await until(() => one.stats.liveRuns === 0, 'that it is let go');
    await other.append(id, [end('end')]);
    expect(await said(one, id)).toEqual(['started', 'a', 'complete']);
  }, 60_000);

  it('belong to producers alone: a run with an agent takes no batch, wherever it comes', async () => {
    const [one, other] = [await instance(), await instance()];
    await one.start(() => new Promise(() => undefined), { id: 'agents' });
    expect(await codeOf(() => other.append('agents', [token('x')]))).toBe('RUN_HAS_AGENT');
  });
});

describe('a process whose owner is known to be gone', () => {
  it('goes on with a run that is answered, and ends one that is cancelled, at once', async () => {
    const asker = defineAgent({
      name: 'asker',
      run: async ctx => ctx.ask('Go on?'),
      resume: async ctx => {
        ctx.token('resumed');
        return ctx.ask('Go on, again?');
      },
    });
    const proxy = await faultProxy(lab.server.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const open = async (change: Partial<RedisBackendOptions>): Promise<Engine> => {
      // Its own look at all runs never comes: the clock of leases alone goes on.
      const engine = createEngine({ backend: await lab.open(change), agents: [asker], grace: 100 });
      await engine.ready;
      return engine;
    };
    const gone = await open({ url, lease: 300, timeout: 1_000 });
    const other = await open({ lease: 300 });
    await gone.start('asker', { id: 'answered' });
    await gone.start(() => new Promise(() => undefined), { id: 'cancelled' });
    const seen = collect(other.events('answered'));
    const ending = collect(other.events('cancelled'));
    await until(() => seen.types.includes('ask') && ending.events.length > 0, 'the beginnings');
    const ask = seen.events.find(event => event.type === 'ask')!;
    proxy.plan = () => ({ side: 'request', after: 0, how: 'cut' });
    proxy.cutAll();
    const owners = await lab.probe.keys(`${lab.prefix}:lease:*`);
    while ((await lab.probe.exists(...owners)) > 1) await settle();
    // Nor may one that has just connected take anybody for dead.
    const connected = Date.now();
    while (Date.now() < connected + 400) await settle();
    const late = codeOf(() => other.runs.answer('answered', ask.data.askId, { value: 'yes' }));
    await other.runs.cancel('cancelled', { reason: 'nobody is there' });
    // No look at all runs was due in between: it was this call.
    expect((await other.events.latest('cancelled'))!.type).toBe('cancelled');
    await until(() => seen.types.filter(type => type === 'ask').length === 2, 'the question of who resumed');
    // Whoever goes on with a run asks anew.
    expect(await late).toBe('ASK_NOT_FOUND');
    await other.close();
    proxy.plan = () => undefined;
    await gone.close();
    await proxy.close();
  }, 60_000);
});
