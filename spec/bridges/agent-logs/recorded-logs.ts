import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLogFormat, LogEnding } from '../../../src/bridges/agent-logs/index.ts';

/** Where recordings of real agents are; they are no part of the repository. */
export const RECORDINGS =
  process.env['RECORDINGS_DIR'] ?? join(import.meta.dirname, '../../../../shared/data/recordings');
export const HAS_RECORDINGS = existsSync(join(RECORDINGS, 'codex'));

const CLAUDE = 'claude-code/b3a7bd3c-5a10-4e7b-8ff0-7fc0cd6d1093';

/** Every recorded log, whose it is, and how it ends. */
export const RECORDED: readonly (readonly [AgentLogFormat, string, LogEnding['status']])[] = [
  ['codex', 'codex/fix-merge-conflict.jsonl', 'completed'],
  ['claude-code', `${CLAUDE}.jsonl`, 'unsaid'],
  ['claude-code', `${CLAUDE}/agent-a775a67.jsonl`, 'unsaid'],
  ['claude-code', `${CLAUDE}/agent-aa9d784.jsonl`, 'unsaid'],
  ['claude-code', `${CLAUDE}/agent-ac47f8c.jsonl`, 'unsaid'],
  ['claude-code', `${CLAUDE}/agent-ae52dab.jsonl`, 'unsaid'],
  ['pi', 'pi/large-session.jsonl', 'completed'],
  ['openhands', 'openhands/sdk-v1.events.jsonl', 'unsaid'],
  ['openhands', 'openhands/basic.json', 'completed'],
  ['openhands', 'openhands/multi_swe.ponyc-4588.jsonl', 'failed'],
  ['opencode', 'opencode/shifting-and-multiple-perms.json', 'unsaid'],
  ['opencode', 'opencode/permission-ask-new-deny.json', 'completed'],
  ['opencode', 'opencode/api-abort.json', 'cancelled'],
  ['opencode', 'opencode/api-error.json', 'failed'],
  ['opencode', 'opencode/tool-invalid.json', 'completed'],
  ['opencode', 'opencode/message-removal.json', 'completed'],
  ['opencode', 'opencode/question-ask.json', 'unsaid'],
  ['opencode', 'opencode/mcp-tool.json', 'unsaid'],
];

/** The records of a file, each as a line: an array holds one in each item. */
export function recordedLines(file: string): readonly string[] {
  const text = readFileSync(join(RECORDINGS, file), 'utf8');
  if (!text.startsWith('[')) return text.split('\n').filter(line => line.trim() !== '');
  return (JSON.parse(text) as unknown[]).map(item => JSON.stringify(item));
}
