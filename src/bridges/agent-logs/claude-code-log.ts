import type { JsonObject } from '../../event/json.ts';
import { ClaudeCodeAnswers } from './claude-code-answers.ts';
import { claudeCodeResult } from './claude-code-blocks.ts';
import type { Dialect } from './record-reader.ts';
import { listOf, nodeOf, objectOf, textOf, timeOf, type LogTeller } from './log-teller.ts';

const KNOWN = new Set([
  ...[
    'type',
    'timestamp',
    'message',
    'uuid',
    'parentUuid',
    'sessionId',
    'session_id',
    'agentId',
    'isSidechain',
  ],
  ...['userType', 'cwd', 'version', 'gitBranch', 'requestId', 'slug', 'parent_tool_use_id'],
  ...['request_id', 'agent_id', 'user_message_uuid', 'user_message_uuids', 'resume_reason'],
]);
const EVENT = new Set([...KNOWN, 'event', 'api_message_id', 'ttft_ms']);
const MESSAGE = new Set(['role', 'type', 'content']);
const INTERRUPTED = '[Request interrupted by user';

/** Sessions of Claude Code, `~/.claude/projects`, and what `claude -p --output-format stream-json` prints. */
export function claudeCodeLog(teller: LogTeller): Dialect {
  const answers = new ClaudeCodeAnswers(teller);
  let users = 0;
  const asked = (text: string, messageId: string): void => {
    teller.user(text, messageId);
    teller.ending = text.startsWith(INTERRUPTED)
      ? { status: 'cancelled', reason: text.replace(/^\[|\]$/g, '') }
      : { status: 'unsaid' };
  };
  const user = (record: JsonObject): void => {
    users++;
    const message = objectOf(record['message']);
    const id = textOf(record['uuid']) || `user-${users}`;
    if (typeof message['content'] === 'string') asked(message['content'], id);
    listOf(message['content']).forEach((item, index) => {
      const part = objectOf(item);
      if (part['type'] === 'text') asked(textOf(part['text']), index === 0 ? id : `${id}/${index}`);
      else if (part['type'] === 'tool_result') claudeCodeResult(teller, part);
      else teller.unknown(part['type'], part);
    });
    teller.keep(message, MESSAGE);
  };
  return {
    read(record) {
      const node = nodeOf(record['agentId'] ?? record['parent_tool_use_id']);
      teller.begin(record, timeOf(record['timestamp']), node);
      const { type, subtype } = record;
      switch (type) {
        case 'assistant':
          answers.read(record, node);
          teller.keep(record, KNOWN);
          break;
        case 'user':
          answers.close(node);
          user(record);
          teller.keep(record, KNOWN);
          break;
        case 'stream_event': {
          const event = objectOf(record['event']);
          if (answers.stream(event, node)) teller.keep(record, EVENT);
          else teller.unknown(`stream_event.${textOf(event['type'])}`);
          break;
        }
        case 'result':
          answers.closeAll();
          teller.unknown('result');
          ended(teller, record);
          break;
        case 'system':
          if (subtype === 'init') teller.ending = { status: 'unsaid' };
          teller.unknown(typeof subtype === 'string' ? `system.${subtype}` : 'system');
          break;
        default:
          teller.unknown(type);
      }
    },
    end: () => answers.closeAll(),
  };
}

function ended(teller: LogTeller, record: JsonObject): void {
  const { subtype, is_error: isError, result: output } = record;
  if (subtype === 'success' && isError !== true) {
    teller.ending = { status: 'completed', output: { result: output ?? null } };
    return;
  }
  const code = textOf(subtype) || 'error';
  const said = textOf(output) || listOf(record['errors']).map(textOf).join('\n');
  const reason = textOf(record['terminal_reason']);
  if (reason.startsWith('aborted')) {
    teller.ending = { status: 'cancelled', reason: said || reason };
    return;
  }
  const message = code === 'success' ? said || reason || code : said === '' ? code : `${code}: ${said}`;
  teller.ending = { status: 'failed', code: 'AGENT_FAILED', message };
}
