export { type Produced } from '../produced.ts';
export { detectFormat, formatOf } from './detect-format.ts';
export {
  AGENT_LOG_FORMATS,
  type AgentLogFormat,
  type LogEnding,
  type LogEvent,
  type LogReader,
} from './log-event.ts';
export { type PartRow } from '../part-row.ts';
export { CLAUDE_CODE_RECORDS } from './claude-code-table.ts';
export { CODEX_RECORDS } from './codex-table.ts';
export { OPENCODE_RECORDS } from './opencode-table.ts';
export { OPENHANDS_RECORDS } from './openhands-table.ts';
export { PI_RECORDS } from './pi-table.ts';
export { readAgentLog } from './read-agent-log.ts';
