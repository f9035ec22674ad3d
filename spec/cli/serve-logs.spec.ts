import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { auditFile } from '../../src/cli/audit-file.ts';
import { jsonLine } from '../../src/cli/json-line.ts';
import { requestLog } from '../../src/cli/request-log.ts';
import type { RequestReport } from '../../src/http/index.ts';
import { codeOf } from '../support/code-of.ts';
import { settle } from '../support/settle.ts';
import { buildCommand, runProcess, type BuiltCommand, type CommandProcess } from './command-process.ts';

let command: BuiltCommand;
const running: CommandProcess[] = [];
beforeAll(async () => {
  command = await buildCommand();
}, 60_000);
afterAll(() => command.remove());
afterEach(async () => {
  for (const started of running) started.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

async function serve(...args: string[]): Promise<{ server: CommandProcess; url: string }> {
  const server = runProcess(command.path, ['serve', '--demo', '--port', '0', ...args], {
    cwd: command.folder,
  });
  running.push(server);
  const [, url] = await server.says(/Open {2}(http:\S+)/);
  return { server, url: url! };
}

const report: RequestReport = {
  ...{ time: '2026-01-01T00:00:00.000Z', requestId: 'r', method: 'GET', route: '/runs', status: 200 },
  ...{ wait: 1, duration: 1 },
};

describe('sluice serve', () => {
  it('logs each request as a line of JSON, notes deeds in a file, and answers with metrics', async () => {
    const { server, url } = await serve('--log', 'json', '--audit', 'deeds.jsonl');
    const headers = { 'x-request-id': 'trace-1', 'content-type': 'application/json' };
    const body = JSON.stringify({ agent: 'survey', id: 'one' });
    await (await fetch(`${url}/runs?ticket=canary`, { method: 'POST', headers, body })).text();
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^sluice_runs_started_total [12]$/m);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const lines = server.said.err.split('\n').filter(line => line.startsWith('{'));
    expect(lines.map(line => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ requestId: 'trace-1', route: '/runs', status: 202, runId: 'one' }),
    );
    expect(server.said.out).not.toContain('trace-1');
    expect(server.said.err).not.toContain('canary');
    const file = join(command.folder, 'deeds.jsonl');
    const deeds = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(deeds.map(line => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ action: 'start', runId: 'one', requestId: 'trace-1' }),
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }, 60_000);

  it('says nothing of requests unless it is asked, and refuses kinds that it does not have', async () => {
    const { server, url } = await serve();
    await (await fetch(`${url}/healthz`)).text();
    server.kill('SIGTERM');
    await server.ended;
    expect(server.said.err).not.toContain('/healthz');
    const odd = runProcess(command.path, ['serve', '--log', 'xml'], { cwd: command.folder });
    running.push(odd);
    expect(await odd.ended).toBe(2);
    expect(odd.said.err).toContain('--log: expected off, text, json, got "xml"');
  }, 60_000);
});

describe('lines of a log', () => {
  it('are one line each, whatever is in them, and move no terminal', () => {
    const odd = '\u001b[31m\r\n{"status":500}\u0085\u2028\u202e\u0000';
    const line = jsonLine({ subject: odd });
    expect(line).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(line)).toEqual({ subject: odd });
    let written = '';
    const output = {
      isTerminal: false,
      columns: undefined,
      write: async (text: unknown) => void (written += String(text)),
    };
    requestLog('text', output)!({ ...report, subject: odd, tenantId: 'a' });
    expect(written).toMatch(/^[^\n\r\x1b\x85\u2028\u202e]+\n$/);
  });

  it('are dropped and counted where nobody reads them', async () => {
    const waiting: (() => void)[] = [];
    const lines: string[] = [];
    const write = (text: string | Uint8Array): Promise<void> => {
      lines.push(String(text));
      return new Promise(resolve => waiting.push(resolve));
    };
    const log = requestLog('json', { isTerminal: false, columns: undefined, write })!;
    for (let n = 0; n < 10_007; n++) log(report);
    expect(lines).toHaveLength(10_000);
    for (const resolve of waiting.splice(0)) resolve();
    await settle();
    expect(lines.at(-1)).toBe('{"missing":7}\n');
  });

  it('have no file where none can be', async () => {
    expect(await codeOf(() => auditFile({ path: '/proc/none/audit' }, () => undefined))).toBe('BAD_OPTION');
  });
});
