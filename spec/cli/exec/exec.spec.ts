import { openSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../support/settle.ts';
import { buildCommand, type BuiltCommand } from '../command-process.ts';
import { eventsOf, exec, processesOf, serve, textOf, type Served } from './exec-lab.ts';

const PATIENCE = 60_000;
let command: BuiltCommand;
let served: Served;

beforeAll(async () => {
  command = await buildCommand();
  served = await serve();
}, PATIENCE);
afterAll(async () => {
  await served?.close();
  command?.remove();
});

let runs = 0;
const newRun = (): string => `run-${++runs}`;

async function ran(program: readonly string[], { input = '', flags = [] as string[] } = {}) {
  const runId = newRun();
  const done = exec(command.path, served.url, ['--run', runId, ...flags, '--', ...program], { input });
  const code = await done.ended;
  const events = await eventsOf(served, runId);
  return { runId, code, events, end: events.at(-1)!, out: done.out(), err: done.err(), bytes: done.bytes() };
}

const node = (script: string): string[] => [process.execPath, '-e', script];
const sh = (script: string): string[] => ['sh', '-c', script];

describe('a program that is a run', () => {
  it('appears here as it is, and there as tokens of each channel', async () => {
    const { code, out, err, events, end } = await ran(sh('echo out; echo err >&2; printf "no end"'));
    expect(code).toBe(0);
    expect([out, err]).toEqual(['out\nno end', 'err\n']);
    expect(textOf(events, 'stdout')).toBe('out\nno end');
    expect(textOf(events, 'stderr')).toBe('err\n');
    expect(end).toMatchObject({ type: 'complete', data: { output: { exitCode: 0 } } });
  }, 30_000);

  it('may open its outputs by name, as scripts do', async () => {
    const { code, out, err } = await ran(sh('echo out > /dev/stdout; echo err > /dev/stderr'));
    expect([code, out, err]).toEqual([0, 'out\n', 'err\n']);
  }, 30_000);

  it('is told a question before its line ends, and hears the answer from standard input', async () => {
    const runId = newRun();
    const script = `process.stdout.write('name? '); process.stdin.once('data', d => { console.log('hi ' + d); process.exit(); });`;
    const asking = exec(command.path, served.url, ['--run', runId, '--', ...node(script)], { isOpen: true });
    await asking.says('name? ');
    const seen = (): boolean => {
      void served.engine.events.search(runId).then(
        ({ items }) => (found = JSON.stringify(items)),
        () => undefined,
      );
      return found.includes('name? ');
    };
    let found = '';
    await until(seen, 'the question as an event');
    asking.process.stdin.end('Ada');
    expect(await asking.ended).toBe(0);
    expect(textOf(await eventsOf(served, runId), 'stdout')).toBe('name? hi Ada\n');
  }, 30_000);

  it('reads standard input to its end, byte by byte', async () => {
    const { code, out } = await ran(['cat'], { input: 'ä\nno end' });
    expect([code, out]).toEqual([0, 'ä\nno end']);
  }, 30_000);

  it('passes bytes on that are no UTF-8, and records a sign in their place', async () => {
    const script = `const w = bytes => process.stdout.write(Buffer.from(bytes)); w([0x61, 0xff, 0xe2]); setTimeout(() => w([0x82, 0xac, 0x80, 0x0a]), 300);`;
    const { bytes, events } = await ran(node(script));
    expect([...bytes]).toEqual([0x61, 0xff, 0xe2, 0x82, 0xac, 0x80, 0x0a]);
    expect(textOf(events, 'stdout')).toBe('a\ufffd€\ufffd\n');
  }, 30_000);

  it('may write lines of a megabyte', async () => {
    const script = `process.stdout.write('x'.repeat(1e6) + '\\u{1f600}' + '\\0'.repeat(2e5) + '\\nend')`;
    const { out, events } = await ran(node(script));
    expect(out.length).toBe(1_200_006);
    expect(textOf(events, 'stdout')).toBe(out);
  }, 30_000);

  it('says events and data in lines of JSON', async () => {
    const lines = [
      'before',
      '{"type":"progress","data":{"step":"load","fraction":0.5}}',
      '{"level":30,"msg":"hello"}',
      '{"id":12345678901234567890}',
      '{"type":"complete","data":{}}',
      '{"type":"progress","data":{}}',
      '{not json}',
      '{"last":true}',
    ];
    const { code, out, events } = await ran(
      node(`process.stdout.write(${JSON.stringify(lines.join('\n'))})`),
    );
    expect([code, out]).toEqual([0, lines.join('\n')]);
    expect(events.slice(1, -1).map(({ type, data }) => [type, data])).toEqual([
      ['token', { content: 'before\n', messageId: 'stdout' }],
      ['progress', { step: 'load', fraction: 0.5 }],
      ['observation', { kind: 'stdout', extras: { level: 30, msg: 'hello' } }],
      ['observation', { kind: 'stdout', content: lines[3], extras: { id: Number('12345678901234567890') } }],
      ['observation', { kind: 'stdout', extras: { type: 'complete', data: {} } }],
      ['observation', { kind: 'stdout', extras: { type: 'progress', data: {} } }],
      ['token', { content: '{not json}\n', messageId: 'stdout' }],
      ['observation', { kind: 'stdout', extras: { last: true } }],
    ]);
  }, 30_000);

  it('says no more than text if that is wanted', async () => {
    const { events } = await ran(node(`console.log('{"a":1}')`), { flags: ['--text'] });
    expect(events.map(({ type }) => type)).toEqual(['started', 'token', 'complete']);
  }, 30_000);

  it('finds its run and the server in its environment', async () => {
    const script = `
      const { SLUICE_URL, SLUICE_RUN_ID } = process.env;
      const body = JSON.stringify({ events: [{ type: 'step', data: { name: 'own' } }] });
      fetch(SLUICE_URL + '/runs/' + SLUICE_RUN_ID + '/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
        .then(answer => process.exit(answer.status === 200 ? 0 : 1));`;
    const { code, events } = await ran(node(script));
    expect(code).toBe(0);
    expect(events.map(({ type }) => type)).toContain('step');
  }, 30_000);

  it('has a name, labels, and the run around it', async () => {
    const { code, runId } = await ran(
      sh(`"$0" "$1" exec --run inner -- true`).concat(process.execPath, command.path),
      {
        flags: ['--name', 'outer', '--label', 'branch=main'],
      },
    );
    expect(code).toBe(0);
    expect(await served.engine.runs.get(runId)).toMatchObject({ labels: { name: 'outer', branch: 'main' } });
    expect(await served.engine.runs.get('inner')).toMatchObject({
      labels: { name: 'true' },
      parentId: runId,
    });
  }, 30_000);

  it('may be told of in one line of JSON', async () => {
    const { runId, err } = await ran(sh('exit 3'), { flags: ['--json'] });
    expect(JSON.parse(err)).toEqual({ runId, status: 'failed', exitCode: 3, recorded: true });
  }, 30_000);
});

describe('its end', () => {
  it.each([
    [sh('exit 3'), 3, { message: 'The program ended with exit code 3.', details: { exitCode: 3 } }],
    [sh('kill -9 $$'), 137, { message: 'The program was ended by SIGKILL.', details: { signal: 'SIGKILL' } }],
    [
      ['no-such-program'],
      127,
      { message: expect.stringMatching(/there is no such program/), details: { exitCode: 127 } },
    ],
    [
      [import.meta.dirname],
      126,
      { message: expect.stringMatching(/cannot be run/), details: { exitCode: 126 } },
    ],
  ])(
    'of %j is exit code %i',
    async (program, expected, data) => {
      const { code, end } = await ran(program);
      expect(code).toBe(expected);
      expect(end).toMatchObject({ type: 'error', final: true, data: { code: 'PROGRAM_FAILED', ...data } });
    },
    30_000,
  );

  it('comes when what it started has closed its output too', async () => {
    const { code, out, events } = await ran(sh('(sleep 0.3; echo late) & echo early; exit 4'));
    expect([code, out]).toEqual([4, 'early\nlate\n']);
    expect(textOf(events, 'stdout')).toBe(out);
  }, 30_000);
});

describe('an output that cannot be written', () => {
  it('closes that of the program, which ends as it would without anybody between', async () => {
    const runId = newRun();
    const yes = exec(command.path, served.url, ['--run', runId, '--', 'yes'], { stdio: 'unread' });
    await new Promise(resolve => yes.process.stdout.once('readable', resolve));
    yes.process.stdout.destroy();
    expect(await yes.ended).toBe(141);
    expect((await eventsOf(served, runId)).at(-1)).toMatchObject({
      data: { details: { signal: 'SIGPIPE' } },
    });
    expect(processesOf(runId)).toEqual([]);
  }, 30_000);

  it('is said where the disk is full', async () => {
    const runId = newRun();
    const full = openSync('/dev/full', 'w');
    const env = { ...process.env, SLUICE_URL: served.url };
    const script = `process.stdout.on('error', () => process.exit(0)); setInterval(() => console.log('more'), 5);`;
    const args = [command.path, 'exec', '--run', runId, '--', ...node(script)];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', full, 'pipe'] });
    let err = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text));
    expect(await new Promise(resolve => child.once('close', resolve))).toBe(7);
    expect(err).toContain('standard output: it cannot be written (ENOSPC');
    expect((await eventsOf(served, runId)).at(-1)).toMatchObject({ type: 'complete' });
  }, 30_000);
});

describe('a command line', () => {
  it.each([
    [[], 2, 'BAD_OPTION exec: expected a program to run'],
    [['--label', 'x', '--', 'true'], 2, 'BAD_OPTION --label: expected key=value'],
    [['--grace', 'x', '--', 'true'], 2, 'BAD_OPTION --grace: expected 0 to 3600 seconds'],
    [['--on-lost', 'x', '--', 'true'], 2, 'BAD_OPTION --on-lost: expected continue or stop'],
    [['--run', 'a b', '--', 'true'], 2, 'BAD_ID'],
  ])(
    '%j is refused with %i',
    async (args, expected, text) => {
      const refused = exec(command.path, served.url, args);
      expect(await refused.ended).toBe(expected);
      expect(refused.err()).toContain(text);
    },
    30_000,
  );

  it('leaves the flags behind the name of a program to it', async () => {
    const bare = exec(command.path, served.url, ['echo', '--version', '--json']);
    expect(await bare.ended).toBe(0);
    expect(bare.out()).toBe('--version --json\n');
  }, 30_000);

  it('does not take over a run that is there', async () => {
    const { runId } = await ran(['true']);
    const second = exec(command.path, served.url, ['--run', runId, '--', 'echo', 'started']);
    expect(await second.ended).toBe(6);
    expect([second.out(), second.err()]).toEqual(['', expect.stringContaining('RUN_EXISTS')]);
  }, 30_000);
});
