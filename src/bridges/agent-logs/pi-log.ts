import type { JsonObject } from '../../event/json.ts';
import type { Dialect } from './record-reader.ts';
import { contentText, listOf, objectOf, textOf, timeOf, usageOf, type LogTeller } from './log-teller.ts';

const KNOWN = new Set(['type', 'timestamp', 'message']);
const MESSAGE = new Set([
  ...['role', 'content', 'api', 'provider', 'model', 'usage', 'stopReason', 'timestamp', 'errorMessage'],
  ...['toolCallId', 'toolName', 'isError'],
]);

/** Sessions of pi, `~/.pi/agent/sessions`. */
export function piLog(teller: LogTeller): Dialect {
  let messages = 0;
  return {
    read(record) {
      teller.begin(record, timeOf(record['timestamp']));
      if (record['type'] !== 'message') {
        teller.unknown(record['type']);
        return;
      }
      const message = objectOf(record['message']);
      messages++;
      if (!told(teller, message, `message-${messages}`)) {
        teller.unknown('message');
        return;
      }
      teller.keep(record, KNOWN);
      teller.keep(message, MESSAGE);
    },
  };
}

function told(teller: LogTeller, message: JsonObject, id: string): boolean {
  switch (message['role']) {
    case 'user':
      teller.ending = { status: 'unsaid' };
      if (listOf(message['content']).some(part => objectOf(part)['type'] !== 'text')) return false;
      teller.user(contentText(message['content']), id);
      return true;
    case 'assistant':
      return answer(teller, message, id);
    case 'toolResult': {
      const callId = textOf(message['toolCallId']) || id;
      if (message['isError'] === true) teller.failed(callId, contentText(message['content']));
      else teller.completed(callId, message['content'] ?? null);
      return true;
    }
    default:
      return false;
  }
}

function answer(teller: LogTeller, message: JsonObject, id: string): boolean {
  const { usage, stopReason, errorMessage, model, provider, api } = message;
  const reason = textOf(stopReason) || 'stop';
  listOf(message['content']).forEach((part, index) => {
    const block = objectOf(part);
    const messageId = index === 0 ? id : `${id}/${index}`;
    switch (block['type']) {
      case 'text':
        teller.said(block['text'], messageId, reason);
        break;
      case 'thinking':
        teller.thought(block['thinking'], messageId);
        break;
      case 'toolCall':
        teller.called(textOf(block['id']) || messageId, textOf(block['name']), block['arguments'] ?? {});
        break;
      default:
        teller.unknown(block['type'], block);
    }
  });
  const { input, output, cost } = objectOf(usage);
  const response = {
    model: model ?? null,
    provider: provider ?? null,
    api: api ?? null,
    finishReason: reason,
  };
  const whole = usage === undefined ? response : { ...response, usage };
  const took = teller.at - timeOf(message['timestamp']);
  if (reason === 'error' || reason === 'aborted') {
    const error = textOf(errorMessage) || reason;
    teller.tell('llm.failed', { callId: id, error, ...whole });
    teller.ending =
      reason === 'aborted'
        ? { status: 'cancelled', reason: error }
        : { status: 'failed', code: 'AGENT_FAILED', message: error };
    return true;
  }
  teller.answered(id, whole, usageOf(input, output, objectOf(cost)['total']), took);
  if (reason === 'stop') teller.ending = { status: 'completed' };
  return true;
}
