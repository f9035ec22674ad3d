import type { JsonObject } from '../../event/json.ts';
import { contentText, listOf, objectOf, textOf, type LogTeller } from './log-teller.ts';
import { piBlockId, piMessage } from './pi-message.ts';
import { SnapshotTexts } from './snapshot-texts.ts';

const MESSAGE = new Set(['type', 'message']);
const UPDATE = new Set(['type', 'message', 'assistantMessageEvent']);
const DELTA = new Set(['type', 'contentIndex', 'delta', 'content', 'partial', 'toolCall']);
const TURN = new Set(['type', 'message', 'toolResults']);
const AGENT = new Set(['type', 'messages']);
const TOOL = new Set(['type', 'toolCallId', 'toolName', 'args', 'partialResult', 'result', 'isError']);
const RESULT = new Set(['content']);
/** Parts of a stream that only frame what others say. */
const FRAMES = /^(start|text_start|text_end|thinking_start|thinking_end|toolcall_(start|delta|end))$/;

/**
 * Tells a line of `pi --mode json`, or an event of its RPC mode; false for one that it does not know. Each update has
 * the whole message twice, and `turn_end` and `agent_end` have it again: only what is new is told.
 */
export function piStream(teller: LogTeller): (record: JsonObject) => boolean {
  const texts = new SnapshotTexts();
  const outputs = new SnapshotTexts();
  let messages = 0;
  let began = NaN;
  const update = (event: JsonObject): boolean => {
    const { type, contentIndex: index, delta } = event;
    const id = piBlockId(`message-${messages}`, index);
    if (type === 'text_delta') teller.said(delta, texts.add(id, textOf(delta)));
    else if (type === 'thinking_delta') teller.thought(delta, texts.add(id, textOf(delta)));
    else if (!FRAMES.test(textOf(type))) return false;
    teller.keep(event, DELTA);
    return true;
  };
  const end = (message: JsonObject): boolean => {
    const isResult = message['role'] === 'toolResult';
    // The end of its execution has said it.
    if (isResult && !teller.isCalled(textOf(message['toolCallId']))) return true;
    if (isResult) outputs.delete(textOf(message['toolCallId']));
    const isTold = piMessage(teller, message, { id: `message-${messages}`, texts, began });
    texts.clear();
    return isTold;
  };
  return record => {
    const { type, message } = record;
    switch (type) {
      case 'message_start':
        messages++;
        began = teller.at;
        teller.keep(record, MESSAGE);
        return true;
      case 'message_update':
        if (!update(objectOf(record['assistantMessageEvent']))) return false;
        teller.keep(record, UPDATE);
        return true;
      case 'message_end':
        if (!end(objectOf(message))) return false;
        teller.keep(record, MESSAGE);
        return true;
      case 'tool_execution_start':
      case 'tool_execution_update':
      case 'tool_execution_end':
        return executed(teller, record, outputs);
      case 'agent_start':
        teller.ending = { status: 'unsaid' };
        return false;
      case 'turn_end':
        teller.keep(record, TURN);
        return true;
      case 'agent_end':
        if (teller.ending.status === 'unsaid') teller.ending = { status: 'completed' };
        teller.keep(record, AGENT);
        return true;
      default:
        return false;
    }
  };
}

function executed(teller: LogTeller, record: JsonObject, outputs: SnapshotTexts): boolean {
  const { type, toolCallId, toolName, args, partialResult } = record;
  const callId = textOf(toolCallId);
  if (callId === '') return false;
  if (!teller.isCalled(callId)) teller.called(callId, textOf(toolName), args ?? {});
  if (type === 'tool_execution_start') teller.beginCall(callId);
  else if (type === 'tool_execution_update') {
    const content = outputs.takeEnd(callId, contentText(objectOf(partialResult)['content']));
    if (content !== '') teller.tell('custom:tool-output', { callId, content, partial: true }, 'environment');
  } else {
    outputs.delete(callId);
    const result = record['result'] ?? null;
    if (record['isError'] === true) {
      teller.failed(callId, contentText(listOf(objectOf(result)['content'])));
      teller.keep(objectOf(result), RESULT);
    } else teller.completed(callId, result);
  }
  teller.keep(record, TOOL);
  return true;
}
