import type { JsonObject } from '../../event/json.ts';
import { contentText, listOf, objectOf, textOf, timeOf, usageOf, type LogTeller } from './log-teller.ts';
import type { SnapshotTexts } from './snapshot-texts.ts';

const MESSAGE = new Set([
  ...['role', 'content', 'api', 'provider', 'model', 'usage', 'stopReason', 'timestamp', 'errorMessage'],
  ...['toolCallId', 'toolName', 'isError'],
]);
/** Signatures are for the provider alone. */
const BLOCK = new Set([
  ...['type', 'text', 'thinking', 'id', 'name', 'arguments'],
  ...['textSignature', 'thinkingSignature', 'thoughtSignature'],
]);

/**
 * Tells a message of pi that is whole; false for one that it does not know. `texts` is what of its texts was told
 * before, `began` when it began, where that is known better than by the message.
 */
export function piMessage(
  teller: LogTeller,
  message: JsonObject,
  { id, texts, began }: { readonly id: string; readonly texts: SnapshotTexts; readonly began?: number },
): boolean {
  switch (message['role']) {
    case 'user':
      teller.ending = { status: 'unsaid' };
      if (listOf(message['content']).some(part => objectOf(part)['type'] !== 'text')) return false;
      teller.user(contentText(message['content']), id);
      break;
    case 'assistant':
      blocks(teller, message, id, texts);
      answered(teller, message, id, began ?? timeOf(message['timestamp']));
      break;
    case 'toolResult': {
      const callId = textOf(message['toolCallId']) || id;
      if (message['isError'] === true) teller.failed(callId, contentText(message['content']));
      else teller.completed(callId, message['content'] ?? null);
      break;
    }
    default:
      return false;
  }
  teller.keep(message, MESSAGE);
  return true;
}

/** The name of a block of a message. */
export function piBlockId(id: string, index: unknown): string {
  return typeof index === 'number' && index > 0 ? `${id}/${index}` : id;
}

function blocks(teller: LogTeller, message: JsonObject, id: string, texts: SnapshotTexts): void {
  const reason = textOf(message['stopReason']) || 'stop';
  listOf(message['content']).forEach((part, index) => {
    const block = objectOf(part);
    const messageId = piBlockId(id, index);
    switch (block['type']) {
      case 'text': {
        const { text, name } = texts.take(messageId, textOf(block['text']));
        teller.said(text, name, reason);
        break;
      }
      case 'thinking': {
        const { text, name } = texts.take(messageId, textOf(block['thinking']));
        teller.thought(text, name);
        break;
      }
      case 'toolCall':
        teller.called(textOf(block['id']) || messageId, textOf(block['name']), block['arguments'] ?? {});
        break;
      default:
        teller.unknown(block['type'], block);
        return;
    }
    teller.keep(block, BLOCK);
  });
}

function answered(teller: LogTeller, message: JsonObject, id: string, began: number): void {
  const { usage, stopReason, errorMessage, model, provider, api } = message;
  const reason = textOf(stopReason) || 'stop';
  const { input, output, cost } = objectOf(usage);
  const response = {
    model: model ?? null,
    provider: provider ?? null,
    api: api ?? null,
    finishReason: reason,
  };
  const whole = usage === undefined ? response : { ...response, usage };
  if (reason === 'error' || reason === 'aborted') {
    const error = textOf(errorMessage) || reason;
    teller.tell('llm.failed', { callId: id, error, ...whole });
    teller.ending =
      reason === 'aborted'
        ? { status: 'cancelled', reason: error }
        : { status: 'failed', code: 'AGENT_FAILED', message: error };
    return;
  }
  teller.answered(id, whole, usageOf(input, output, objectOf(cost)['total']), teller.at - began);
  if (reason === 'stop') teller.ending = { status: 'completed' };
}
