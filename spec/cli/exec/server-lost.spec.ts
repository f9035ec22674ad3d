import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { defineEvents } from '../../../src/index.ts';
import { faultProxy } from '../../support/fault-proxy.ts';
import { until } from '../../support/settle.ts';
import { Floodgate, slowBackend } from '../../support/slow-backend.ts';
import { buildCommand, type BuiltCommand } from '../command-process.ts';
import { eventsOf, exec, processesOf, serve, textOf, type Served } from './exec-lab.ts';

let command: BuiltCommand;
beforeAll(async () => {
  command = await buildCommand();
}, 60_000);
afterAll(() => command?.remove());

const served: Served[] = [];
const gates: Floodgate[] = [];
afterAll(async () => {
  for (const gate of gates) gate.open();
  await Promise.all(served.map(each => each.close()));
}, 60_000);
async function server(options: Parameters<typeof serve>[0] = {}): Promise<Served> {
  const one = await serve(options);
  served.push(one);
  return one;
}

const node = (script: string): string[] => [process.execPath, '-e', script];
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
/** Says `ready`, and `more` when it hears something. */
const ASKED = `console.log('ready'); process.stdin.on('data', () => console.log('more')).on('end', () => process.exit(5));`;

describe('a server that is not there', () => {
  it('lets nothing start', async () => {
    const { url, close } = await serve();
    await close();
    const refused = exec(command.path, url, ['--', 'echo', 'started']);
    expect(await refused.ended).toBe(4);
    expect([refused.out(), refused.err()]).toEqual([
      '',
      expect.stringMatching(/^CONNECTION_LOST .*Start the server/),
    ]);
    const unrecorded = exec(command.path, url, [
      '--no-require-server',
      '--',
      'sh',
      '-c',
      'echo started; exit 3',
    ]);
    expect(await unrecorded.ended).toBe(3);
    expect(unrecorded.out()).toBe('started\n');
    expect(unrecorded.err()).toContain('sluice: nothing is recorded: ');
  }, 30_000);
});

describe('a server that goes away meanwhile', () => {
  it('gets all that was said, in order, when it is back', async () => {
    const there = await server();
    const proxy = await faultProxy(there.server.port);
    const running = exec(command.path, proxy.url, ['--run', 'away', '--', ...node(ASKED)], { isOpen: true });
    await running.says('ready');
    proxy.target = 1;
    proxy.cutAll();
    running.process.stdin.write('x');
    await running.says('more');
    await running.says('what is recorded waits: ');
    proxy.target = there.server.port;
    await running.says('the server answers again');
    running.process.stdin.end();
    expect(await running.ended).toBe(5);
    expect(textOf(await eventsOf(there, 'away'), 'stdout')).toBe('ready\nmore\n');
    await proxy.close();
  }, 60_000);

  it('makes the program wait once much waits, and loses nothing', async () => {
    const gate = new Floodgate();
    gates.push(gate);
    const there = await server({
      backend: slowBackend({ append: gate.pace }),
      limits: { keptBytes: 64 * 2 ** 20, mailbox: { bytes: 2 ** 20 } },
    });
    const lines = 2_000_000;
    const script = `const { writeSync } = require('fs');
      for (let n = 0; n < ${lines}; n += 1000) writeSync(1, Array.from({ length: 1000 }, (_, i) => n + i).join('\\n') + '\\n');`;
    let isOpening = true;
    const opening = setInterval(() => isOpening && gate.release(), 5);
    const running = exec(command.path, there.url, ['--run', 'much', '--', ...node(script)]);
    await until(() => running.size() > 0);
    isOpening = false;
    clearInterval(opening);
    const pid = running.process.pid!;
    const resident = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    let [last, same] = [0, 0];
    await until(() => {
      same = running.size() === last ? same + 1 : 0;
      last = running.size();
      return same > 20_000;
    }, 'a halt');
    // What the mailbox, the command and the pipes may hold, and no more however long it lasts.
    expect(last).toBeLessThan(10_000_000);
    expect(resident()).toBeLessThan(400);
    gate.open();
    expect(await running.ended).toBe(0);
    const expected = Array.from({ length: lines }, (_, n) => `${n}\n`).join('');
    expect(hash(running.out())).toBe(hash(expected));
    expect(hash(textOf(await eventsOf(there, 'much'), 'stdout'))).toBe(hash(expected));
  }, 120_000);

  it.each([
    ['continue', 5],
    ['stop', 143],
  ])(
    'and comes back empty: --on-lost %s',
    async (onLost, code) => {
      const before = await serve();
      const proxy = await faultProxy(before.server.port);
      const flags = ['--run', 'lost', '--on-lost', onLost];
      const running = exec(command.path, proxy.url, [...flags, '--', ...node(ASKED)], { isOpen: true });
      await running.says('ready');
      const after = await server();
      proxy.target = after.server.port;
      proxy.cutAll();
      await running.says('the rest is not recorded: ');
      // One that is stopped is asked nothing: its answer could be quicker than the signal.
      if (onLost === 'continue') {
        running.process.stdin.write('x');
        await running.says('more');
        running.process.stdin.end();
      }
      expect(await running.ended).toBe(code);
      expect(processesOf('lost')).toEqual([]);
      await proxy.close();
      await before.close();
    },
    60_000,
  );

  it('is not waited for when the program is over and somebody wants to leave', async () => {
    const there = await server();
    const proxy = await faultProxy(there.server.port);
    const running = exec(command.path, proxy.url, ['--run', 'leave', '--', ...node(ASKED)], { isOpen: true });
    await running.says('ready');
    proxy.target = 1;
    proxy.cutAll();
    await running.says('what is recorded waits: ');
    running.process.kill('SIGINT');
    await until(() => processesOf('leave').length === 0);
    running.process.kill('SIGTERM');
    expect(await running.ended).toBe(130);
    expect(running.err()).toContain('the rest is not recorded');
    await proxy.close();
    await there.engine.runs.cancel('leave');
  }, 60_000);
});

describe('a server that does not take an event', () => {
  it('gets it as text, and all behind it', async () => {
    const there = await server({ events: defineEvents({ 'custom:known': z.object({ n: z.number() }) }) });
    const lines = [
      'a',
      '{"type":"custom:known","data":{"n":1}}',
      '{"type":"custom:other","data":{"n":2}}',
      'b',
    ];
    const running = exec(command.path, there.url, ['--run', 'types', '--', 'printf', '%s\n', ...lines]);
    expect(await running.ended).toBe(0);
    const events = await eventsOf(there, 'types');
    expect(
      events.slice(1).map(({ type, data }) => [type, data['content' as never] ?? data['n' as never]]),
    ).toEqual([
      ['token', 'a\n'],
      ['custom:known', 1],
      ['token', '{"n":2}\n'],
      ['token', 'b\n'],
      ['complete', undefined],
    ]);
  }, 30_000);
});

describe('a run that somebody else ends', () => {
  it('is told of, also where the program ends at once', async () => {
    const { engine, url } = await server();
    const running = exec(command.path, url, ['--run', 'taken', '--json', '--', 'cat'], { isOpen: true });
    await until(() => processesOf('taken').length > 0, 'the program');
    await engine.append('taken', [{ type: 'complete', data: {} }]);
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
    const [said, summary] = running.err().trimEnd().split('\n');
    expect(said).toMatch(/^sluice: the rest is not recorded: .*taken/);
    expect(JSON.parse(summary!)).toMatchObject({ exitCode: 0, recorded: false });
  }, 30_000);
});
