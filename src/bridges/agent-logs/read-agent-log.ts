import { SluiceError } from '../../errors/sluice-error.ts';
import { claudeCodeLog } from './claude-code-log.ts';
import { codexLog } from './codex-log.ts';
import { AGENT_LOG_FORMATS, type AgentLogFormat, type LogReader } from './log-event.ts';
import { openHandsLog } from './openhands-log.ts';
import { opencodeLog } from './opencode-log.ts';
import { piLog } from './pi-log.ts';
import { RecordReader } from './record-reader.ts';

const DIALECTS = {
  codex: codexLog,
  'claude-code': claudeCodeLog,
  pi: piLog,
  openhands: openHandsLog,
  opencode: opencodeLog,
} as const;

/** A reader for one log. Throws `BAD_OPTION` for a format that there is not. */
export function readAgentLog(format: AgentLogFormat): LogReader {
  if (AGENT_LOG_FORMATS.includes(format)) return new RecordReader(format, DIALECTS[format]);
  throw new SluiceError(
    'BAD_OPTION',
    `format: expected ${AGENT_LOG_FORMATS.join(', ')}, got ${JSON.stringify(format)}.`,
  );
}
