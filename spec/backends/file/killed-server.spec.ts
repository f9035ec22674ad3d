import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectRun } from '../../../src/client/connect-run.ts';
import { createClient } from '../../../src/client/create-client.ts';
import { produceRun } from '../../../src/client/produce-run.ts';
import type { RunItem } from '../../../src/run/window.ts';
import {
  buildCommand,
  runProcess,
  type BuiltCommand,
  type CommandProcess,
} from '../../cli/command-process.ts';
import { until } from '../../support/settle.ts';

/** Counts for as long as it may, and says each number once. */
const COUNTER = `
import { setTimeout } from 'node:timers/promises';
export const counter = {
  name: 'counter',
  run: async ctx => {
    for (let n = 0; !ctx.signal.aborted; n++) {
      ctx.token(n + ' ');
      if (n % 10 === 0) await setTimeout(1);
    }
  },
};
`;

let command: BuiltCommand;
let dir: string;
const running: CommandProcess[] = [];
beforeAll(async () => {
  command = await buildCommand();
  dir = mkdtempSync(join(tmpdir(), 'sluice-killed-'));
  mkdirSync(join(command.folder, 'agents'));
  writeFileSync(join(command.folder, 'agents/counter.mjs'), COUNTER);
}, 60_000);
afterEach(async () => {
  for (const started of running) started.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});
afterAll(() => {
  command.remove();
  rmSync(dir, { recursive: true });
});

async function serve(port: string): Promise<{ server: CommandProcess; url: string; port: string }> {
  const args = ['serve', '--backend', `file:${dir}`, '--agents', './agents/counter.mjs', '--port', port];
  const server = runProcess(command.path, args, { cwd: command.folder });
  running.push(server);
  const [, url] = await server.says(/Open {2}(http:\S+)/);
  return { server, url: url!, port: new URL(url!).port };
}

const isToken = (item: RunItem): item is Extract<RunItem, { type: 'token' }> =>
  'type' in item && item.type === 'token';

describe('a server that is killed in the middle of a run', () => {
  it('has every event again, and gives the run its end', async () => {
    let { server, url, port } = await serve('0');
    for (const seen of [1, 300, 2_000]) {
      const client = createClient(url);
      const { runId } = await client.start('counter');
      const items: RunItem[] = [];
      const reading = (async () => {
        for await (const item of connectRun(`${url}/runs/${runId}/events`, { retryDelay: 20 }))
          items.push(item);
      })();
      await until(() => items.length >= seen, `${seen} events`);
      server.kill('SIGKILL');
      await server.ended;
      ({ server, url, port } = await serve(port));
      await reading;
      expect(items.map(item => ('seq' in item ? item.seq : item))).toEqual(items.map((_, at) => at + 1));
      const numbers = items.filter(isToken).map(({ data }) => data.content);
      expect(numbers).toEqual(numbers.map((_, n) => `${n} `));
      expect(items.at(-1)).toMatchObject({ type: 'error', data: { code: 'OWNER_LOST' }, final: true });
      expect(await client.get(runId)).toMatchObject({ status: 'failed', error: { code: 'OWNER_LOST' } });
    }
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  }, 60_000);

  it('has every event of a producer once that goes on meanwhile', async () => {
    let { server, url, port } = await serve('0');
    const { runId } = await createClient(url).open();
    const items: RunItem[] = [];
    const reading = (async () => {
      for await (const item of connectRun(`${url}/runs/${runId}/events`, { retryDelay: 20 }))
        items.push(item);
    })();
    const producer = produceRun(`${url}/runs/${runId}/events`, { retryDelay: 20 });
    let said = 0;
    for (const kill of [10, 200, 1_000]) {
      while (items.length < kill) {
        await producer.emit({ type: 'token', data: { content: `${said++} ` } });
        if (said % 10 === 0) await new Promise(resolve => setImmediate(resolve));
      }
      server.kill('SIGKILL');
      await server.ended;
      for (let n = 0; n < 5; n++) void producer.emit({ type: 'token', data: { content: `${said++} ` } });
      ({ server, url, port } = await serve(port));
    }
    await producer.complete({ output: said });
    await reading;
    expect(items.map(item => ('seq' in item ? item.seq : item))).toEqual(items.map((_, at) => at + 1));
    const numbers = items.filter(isToken).map(({ data }) => data.content);
    expect(numbers.join('')).toBe(Array.from({ length: said }, (_, n) => `${n} `).join(''));
    expect(items.at(-1)).toMatchObject({ type: 'complete', data: { output: said }, final: true });
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  }, 60_000);

  it('has its folder to itself', async () => {
    const { server } = await serve('0');
    const second = runProcess(command.path, ['serve', '--backend', `file:${dir}`, '--port', '0']);
    running.push(second);
    expect(await second.ended).toBe(2);
    expect(second.said.err).toMatch(/STORAGE_LOCKED .*"pid":\d+.*choose another folder/);
    server.kill('SIGTERM');
    await server.ended;
  }, 60_000);
});
