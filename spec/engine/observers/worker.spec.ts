import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { build } from 'esbuild';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { ObserveOptions } from '../../../src/engine/observers/observe-options.ts';
import { isSluiceError } from '../../../src/errors/sluice-error.ts';
import { until } from '../../support/settle.ts';

// Threads start slowly on a busy machine; a deadline that only a fault reaches.
jest.setTimeout(60_000);

const module = (name: string): URL => new URL(`./${name}`, import.meta.url);
const channels: BroadcastChannel[] = [];
afterEach(() => channels.splice(0).forEach(channel => channel.close()));
let names = 0;

/** An engine with an observer in a worker, and what its module noted. */
function withWorker(name: string, options: ObserveOptions = {}) {
  const channel = new BroadcastChannel(`notes ${process.pid} ${++names}`);
  channels.push(channel);
  const notes: unknown[] = [];
  channel.onmessage = message => notes.push((message as { data?: unknown }).data);
  const errors: string[] = [];
  const engine = createEngine({
    onObserverError: error => errors.push(isSluiceError(error) ? error.code : String(error)),
  });
  const observer = { worker: module(name), data: { notes: channel.name } };
  const observation = engine.observe(observer, { id: 'w', ...options });
  return { engine, observation, notes, errors };
}

describe('an observer in a worker', () => {
  it('sees every event in order, is flushed, and is told of its end', async () => {
    const { engine, observation, notes } = withWorker('my-observer.mjs');
    const run = await engine.start(ctx => {
      for (let at = 0; at < 500; at++) ctx.token('x');
    });
    await run.result;
    await observation.flush();
    expect([observation.delivered, observation.waiting, observation.health]).toEqual([502, 0, 'ok']);
    expect(await engine.close({ drain: 30_000 })).toMatchObject({ unfinished: [] });
    await until(() => notes.length === 503);
    expect(notes).toEqual([...Array.from({ length: 502 }, (_, at) => at + 1), 'close']);
  });

  it('takes groups if its module does', async () => {
    const { engine, observation, notes } = withWorker('my-batch-observer.mjs', { maxBatch: 4 });
    const run = await engine.start(ctx => {
      for (let at = 0; at < 8; at++) ctx.token('x');
    });
    await run.result;
    await observation.flush();
    await until(() => notes.flat().length === 10);
    expect(notes).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    await engine.close();
  });

  it('that throws, crashes or never stops loses what it was shown then, and comes back for the rest', async () => {
    const { engine, observation, errors } = withWorker('my-observer.mjs', { maxBatch: 1, timeout: 2_000 });
    const run = await engine.start(ctx => {
      for (const bad of ['throw', 'crash', 'hang']) {
        ctx.token('before');
        ctx.custom(bad, {});
      }
      ctx.token('after');
    });
    await run.result;
    await observation.flush();
    const { seen, delivered, failed, timedOut, restarts, health } = observation;
    expect({ seen, delivered, failed, timedOut, restarts, health }).toEqual({
      ...{ seen: 9, delivered: 6, failed: 2, timedOut: 1, restarts: 2, health: 'ok' },
    });
    expect(errors).toEqual(['RangeError: the module threw', 'INTERNAL', 'OBSERVER_TIMEOUT']);
    await engine.close();
  });

  it('is refused with data that no thread can be given', async () => {
    const engine = createEngine();
    const observer = { worker: module('my-observer.mjs'), data: () => 1 };
    expect(() => engine.observe(observer)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    await engine.close();
  });

  it('that cannot be loaded is reported and tried again, and what it does not see waits and is counted', async () => {
    const { engine, observation, errors } = withWorker('no-such-module.mjs', { capacity: { events: 2 } });
    const run = await engine.start(ctx => ctx.token('x'));
    await run.result;
    await until(() => observation.restarts >= 2);
    expect([observation.health, observation.waiting, observation.dropped]).toEqual(['failing', 2, 1]);
    expect(errors.some(text => text.includes('no-such-module'))).toBe(true);
    expect((await engine.close({ drain: 0 })).unfinished).toEqual([{ id: 'w', kind: undefined, left: 2 }]);
  });
});

describe('a process with an observer in a worker', () => {
  it('ends by itself when nobody waits for anything', async () => {
    // What keeps a process alive is seen from outside only.
    const contents = `
      import { createEngine } from './src/index.ts';
      const engine = createEngine();
      const observer = { worker: new URL(${JSON.stringify(String(module('my-observer.mjs')))}), data: { notes: 'x' } };
      const observation = engine.observe(observer);
      engine.start(() => 'done').then(run => run.result).then(() => observation.flush()).then(() => {
        console.log('seen', observation.delivered);
      });
    `;
    const root = join(import.meta.dirname, '../../..');
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      ...{
        bundle: true,
        write: false,
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        packages: 'external',
      },
    });
    const child = spawn(process.execPath, ['-'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(outputFiles[0]!.contents);
    let said = '';
    child.stdout.on('data', text => (said += String(text)));
    const code = await new Promise(resolve => child.on('exit', resolve));
    expect([code, said]).toEqual([0, 'seen 2\n']);
  });
});
