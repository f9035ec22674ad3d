import type { Json, JsonObject } from '../../event/json.ts';
import type { Dialect } from './record-reader.ts';
import {
  contentText,
  listOf,
  nodeOf,
  objectOf,
  textOf,
  timeOf,
  usageOf,
  type LogTeller,
} from './log-teller.ts';

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
]);
const MESSAGE = new Set([
  ...['id', 'type', 'role', 'model', 'content', 'usage', 'stop_reason', 'stop_sequence'],
]);

/** Sessions of Claude Code, `~/.claude/projects`, and what `claude -p --output-format stream-json` prints. */
export function claudeCodeLog(teller: LogTeller): Dialect {
  /** The answer whose blocks come, one record each, and with each the usage so far. */
  let open: { readonly id: string; readonly message: JsonObject; readonly began: number } | undefined;
  let users = 0;
  const close = (): void => {
    if (!open) return;
    const { id, message, began } = open;
    open = undefined;
    const { model, usage, stop_reason: finishReason } = message;
    const { input_tokens: input, output_tokens: output } = objectOf(usage);
    const response = { model: model ?? null, finishReason: finishReason ?? null, usage: usage ?? null };
    teller.answered(id, response, usageOf(input, output), teller.at - began);
  };
  const answer = (record: JsonObject): void => {
    const message = objectOf(record['message']);
    const id = textOf(message['id']) || textOf(record['uuid']) || 'answer';
    const before = open?.id === id ? open.began : undefined;
    if (before === undefined) close();
    open = { id, message, began: before ?? teller.at };
    listOf(message['content']).forEach(part => block(teller, objectOf(part), id, message['stop_reason']));
    if (record['isApiErrorMessage'] === true)
      teller.error('AGENT_API_ERROR', contentText(message['content']));
    teller.keep(message, MESSAGE);
  };
  const user = (record: JsonObject): void => {
    close();
    users++;
    const message = objectOf(record['message']);
    const id = textOf(record['uuid']) || `user-${users}`;
    if (typeof message['content'] === 'string') teller.user(message['content'], id);
    listOf(message['content']).forEach((item, index) => {
      const part = objectOf(item);
      if (part['type'] === 'text') teller.user(part['text'], index === 0 ? id : `${id}/${index}`);
      else if (part['type'] === 'tool_result') result(teller, part);
      else teller.unknown(part['type'], part);
    });
    teller.keep(message, MESSAGE);
  };
  return {
    read(record) {
      const node = nodeOf(record['agentId'] ?? record['parent_tool_use_id']);
      teller.begin(record, timeOf(record['timestamp']), node);
      switch (record['type']) {
        case 'assistant':
          answer(record);
          teller.keep(record, KNOWN);
          break;
        case 'user':
          user(record);
          teller.keep(record, KNOWN);
          break;
        case 'result':
          close();
          teller.unknown('result');
          ended(teller, record);
          break;
        default:
          teller.unknown(record['type']);
      }
    },
    end: close,
  };
}

function block(teller: LogTeller, part: JsonObject, id: string, stop: Json | undefined): void {
  switch (part['type']) {
    case 'text':
      teller.said(part['text'], id, textOf(stop) || 'stop');
      break;
    case 'thinking':
      teller.thought(part['thinking'], id);
      break;
    case 'tool_use':
      teller.called(textOf(part['id']) || id, textOf(part['name']), part['input'] ?? {});
      break;
    default:
      teller.unknown(part['type'], part);
  }
}

function result(teller: LogTeller, part: JsonObject): void {
  const callId = textOf(part['tool_use_id']) || 'call';
  if (part['is_error'] === true) teller.failed(callId, contentText(part['content']));
  else teller.completed(callId, part['content'] ?? null);
}

function ended(teller: LogTeller, { subtype, is_error: isError, result: output }: JsonObject): void {
  if (subtype === 'success' && isError !== true) {
    teller.ending = { status: 'completed', output: { result: output ?? null } };
  } else {
    const code = textOf(subtype) || 'error';
    teller.ending = { status: 'failed', code: 'AGENT_FAILED', message: textOf(output) || code };
  }
}
