import { afterAll, describe, expect, it } from '@jest/globals';
import { isSluiceError } from '../../../src/errors/sluice-error.ts';
import { LawRun, recordOf, seen } from '../../../src/testing/backend-laws/law-run.ts';
import { faultProxy } from '../../support/fault-proxy.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
const proxy = await faultProxy(lab.server.port);
const url = `redis://127.0.0.1:${proxy.port}`;
afterAll(async () => {
  await proxy.close();
  await lab.close();
});

describe('a connection to Redis that breaks', () => {
  it.each(['request', 'response'] as const)(
    'at any byte of the %s repeats nothing and loses nothing',
    async side => {
      const writer = await lab.open();
      const before = proxy.bytes;
      await conversation(await LawRun.create(writer, lab));
      // The bytes of the last answers one by one, those of connecting and loading scripts here and there.
      const total = side === 'response' ? proxy.bytes - before : 11_000;
      const places = Array.from({ length: 12 }, (_, at) => 1 + Math.floor((at * total) / 12));
      const lastOnes = Array.from({ length: 20 }, (_, at) => total - 7 * at);
      for (const after of [...places, ...lastOnes]) {
        const run = await LawRun.create(writer, lab);
        const from = proxy.connections;
        proxy.plan = connection => (connection === from ? { side, after, how: 'cut' } : undefined);
        await conversation(run);
      }
      await writer.close();
    },
  );

  it('for good is told as STORAGE_LOST, without address, password or payload', async () => {
    const password = ['pass', 'word', '-', 'canary'].join('');
    await lab.probe.call('ACL', 'SETUSER', 'guest', 'on', `>${password}`, 'allkeys', 'allchannels', '+@all');
    const told: string[] = [];
    const backend = await lab.open({
      url: undefined,
      options: { port: proxy.port, username: 'guest', password },
      timeout: 500,
      onTrouble: ({ message }) => told.push(message),
    });
    const run = await LawRun.create(backend, lab);
    proxy.target = 1;
    proxy.cutAll();
    const payload = ['pay', 'load', '-', 'canary'].join('');
    const batch = run.batch([payload]);
    const calls = [run.append(batch), run.read(), backend.directory.create(recordOf(lab))].map(
      async call => call,
    );
    for (const answer of await Promise.allSettled(calls)) {
      if (answer.status === 'fulfilled') throw new Error('expected an error');
      expect(isSluiceError(answer.reason, 'STORAGE_LOST')).toBe(true);
      told.push(
        `${String(answer.reason)} ${JSON.stringify(answer.reason)} ${String((answer.reason as Error).stack)}`,
      );
      expect((answer.reason as Error).cause).toBeUndefined();
    }
    proxy.target = lab.server.port;
    expect(told.length).toBeGreaterThan(3);
    expect(told.join('\n')).not.toMatch(new RegExp(`${password}|${payload}|${proxy.port}`));
    // What was sent may have arrived, or arrive yet; sent again it is written once.
    const again = await insist(async () => run.append(batch));
    expect(again).toMatchObject({ first: 1, last: 1 });
    expect(seen((await run.page()).entries)).toEqual(seen(batch.entries));
    await backend.close();
  });

  it('before it is made is told at the opening', async () => {
    const password = ['wrong', 'canary'].join('-');
    for (const wrong of ['redis://127.0.0.1:1', `redis://guest:${password}@127.0.0.1:${lab.server.port}`]) {
      const thrown: unknown = await lab.open({ url: wrong }).catch((error: unknown) => error);
      expect(isSluiceError(thrown, 'STORAGE_LOST')).toBe(true);
      expect(String(thrown)).toMatch(/ECONNREFUSED|WRONGPASS/);
      expect(String(thrown)).not.toContain(password);
    }
  });
});

/** Appends three batches over the line that breaks, each until it is answered, and finds each event once. */
async function conversation(run: LawRun): Promise<void> {
  const backend = await insist(() => lab.open({ url }));
  for (const texts of [['a'], ['b', 'c'], ['d']]) {
    const batch = run.batch(texts);
    const answer = await insist(async () => backend.log.append(run.key, batch));
    expect(['ok', 'duplicate']).toContain(answer.result);
    expect(answer).toMatchObject({ first: batch.after + 1, cursor: batch.entries.at(-1)!.cursor });
    run.written.push(...batch.entries);
  }
  const page = await insist(async () => backend.log.read(run.key, { after: 0, limit: 10 }));
  expect(page.result === 'page' && seen(page.entries)).toEqual(seen(run.written));
  await backend.close();
}

/** Calls again as an engine does, whose storage did not answer. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!isSluiceError(error, 'STORAGE_LOST') || tries === 5) throw error;
    }
  }
}
