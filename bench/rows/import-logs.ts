import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectFormat, readAgentLog, type AgentLogFormat } from '../../src/bridges/agent-logs/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { RECORDINGS } from '../needs.ts';
import type { Row } from '../row.ts';

const FOLDERS = ['codex', 'claude-code', 'pi', 'openhands', 'opencode'];

/** What keeps the parsed from being optimised away. */
let total = 0;

/** What it costs to read a line of a log into events; parsing it is part of both. */
export const importLogs: Row = {
  name: 'import-logs',
  needs: ['recordings'],
  what: 'a line of a recorded agent log → events',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1 / 0.3 },
  against: 'JSON.parse of the line',
  base: () =>
    eachPass(({ lines }) => {
      for (const line of lines) total += JSON.parse(line) === null ? 0 : 1;
    }),
  ours: () =>
    eachPass(({ format, lines }) => {
      const reader = readAgentLog(format);
      for (const line of lines) total += reader.readLine(line).length;
    }),
  others: {},
};

interface Log {
  readonly format: AgentLogFormat;
  readonly lines: readonly string[];
}

async function eachPass(pass: (log: Log) => void): Promise<number> {
  const logs = FOLDERS.flatMap(logsOf);
  const count = logs.reduce((sum, { lines }) => sum + lines.length, 0);
  const perPass = await cpuPerOperation(times => {
    for (let at = 0; at < times; at++) logs.forEach(pass);
  });
  return total < 0 ? 0 : perPass / count;
}

function logsOf(folder: string): readonly Log[] {
  const files = readdirSync(join(RECORDINGS, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => /\.jsonl?$/.test(file))
    .map(file => {
      const lines = linesOf(readFileSync(join(RECORDINGS, folder, file), 'utf8'));
      return { format: detectFormat(lines)!, lines };
    });
}

function linesOf(text: string): readonly string[] {
  if (!text.startsWith('[')) return text.split('\n').filter(line => line.trim() !== '');
  return (JSON.parse(text) as unknown[]).map(item => JSON.stringify(item));
}
