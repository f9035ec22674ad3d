import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { COMPLETION_SCRIPTS } from '../../src/cli/completion-scripts.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import {
  buildCommand,
  paste,
  runProcess,
  type BuiltCommand,
  type CommandProcess,
} from './command-process.ts';

let command: BuiltCommand;
let engine: Engine;
let server: HttpServer;
const running: CommandProcess[] = [];

beforeAll(async () => {
  command = await buildCommand();
  engine = createEngine({ grace: 0 });
  server = await serveHttp({ engine, port: 0 });
  const writer = await engine.open({ id: 'long' });
  for (let at = 0; at < 5_000; at++) {
    writer.token(`${'word '.repeat(20)}${at}\n`);
    if (at % 100 === 0) await writer.drained();
  }
  await writer.complete();
  await engine.open({ id: 'open' });
}, 60_000);
afterEach(async () => {
  for (const started of running) started.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});
afterAll(async () => {
  await engine.close({ whenEnded: () => server.close() });
  command.remove();
});

const kept = (started: CommandProcess): CommandProcess => {
  running.push(started);
  return started;
};

/** A line in a shell in which `sluice` is the command. */
async function shell(line: string) {
  const sluice = `sluice() { SLUICE_URL=${server.url} ${process.execPath} ${command.path} "$@"; }`;
  const started = kept(paste(`${sluice}; ${line}`));
  return { code: await started.ended, ...started.said };
}

describe('the process', () => {
  it('ends quietly with 0 when its reader has enough', async () => {
    expect(await shell('sluice tail long --json | head -1; echo ${PIPESTATUS[0]} >&2')).toEqual({
      code: 0,
      out: expect.stringMatching(/^\{.*"started".*\}\n$/),
      err: '0\n',
    });
  });

  it('says that the disk is full', async () => {
    expect(await shell('sluice tail long > /dev/full')).toEqual({
      code: 7,
      out: '',
      err: expect.stringMatching(/^OUTPUT_LOST standard output: .*ENOSPC.* elsewhere\.\n$/),
    });
  });

  it('writes all of it to a slow reader, and nothing but text to a pipe', async () => {
    const { out, code } = await shell('sluice tail long | { sleep 0.3; cat; }');
    expect(code).toBe(0);
    expect(out.match(/\n/g)).toHaveLength(5_002);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/ 4999\n.*completed/);
  });

  it('leaves quietly on Ctrl-C', async () => {
    const tail = kept(runProcess(command.path, ['tail', 'open', '--url', server.url]));
    await tail.says(/started/);
    tail.kill('SIGINT');
    expect(await tail.ended).toBe(130);
    expect(tail.said.err).toBe('');
    expect((await engine.runs.get('open')).status).toBe('running');
  });

  it('reads its standard input', async () => {
    const { code, out } = await shell('printf "a\\nb" | sluice append --new --text --complete');
    expect(code).toBe(0);
    const { items } = await engine.events.search(out.trim(), { query: 'content' });
    expect(items.map(item => ('type' in item ? item.type : ''))).toEqual(
      ['started', 'token', 'token', 'complete'].slice(1, 3),
    );
  });
});

describe('completion', () => {
  it('completes commands and runs in bash', async () => {
    const press = (...words: string[]) =>
      `COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _sluice; echo "\${COMPREPLY[@]}"`;
    const { out } = await shell(
      `eval "$(sluice completion bash)"; ${press('sluice', 'rep')}; ${press('sluice', 'cancel', 'o')}`,
    );
    expect(out).toBe('replay\nopen\n');
  });

  it.each(['zsh', 'fish'] as const)('has a script that %s can read, where there is one', async name => {
    if ((await shell(`command -v ${name}`)).code !== 0) return;
    const script = COMPLETION_SCRIPTS[name].replaceAll("'", `'\\''`);
    expect(await shell(`printf '%s' '${script}' | ${name} -n`)).toMatchObject({ code: 0, err: '' });
  });
});
