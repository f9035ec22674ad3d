import type { JsonObject } from '../../event/json.ts';
import { contentText, listOf, objectOf, textOf, timeOf, type LogTeller } from './log-teller.ts';
import { openHandsAction, openHandsObservation } from './openhands-classic.ts';
import type { Dialect } from './record-reader.ts';

const ENVELOPE = ['id', 'timestamp', 'source', 'kind'];
const MESSAGE = new Set([...ENVELOPE, 'llm_message']);
const ACTION = new Set([
  ...[...ENVELOPE, 'thought', 'reasoning_content', 'thinking_blocks', 'action', 'tool_name', 'tool_call_id'],
  ...['tool_call', 'llm_response_id'],
]);
const OBSERVATION = new Set([...ENVELOPE, 'tool_name', 'tool_call_id', 'observation', 'action_id']);
const FAILURE = new Set([...ENVELOPE, 'tool_name', 'tool_call_id', 'error']);

/** Conversations of OpenHands: events of its SDK, those of releases before it, and the outputs of its evaluations. */
export function openHandsLog(teller: LogTeller): Dialect {
  return {
    read(record) {
      teller.begin(record, timeOf(record['timestamp']));
      if (typeof record['kind'] === 'string') told(teller, record);
      else if (Array.isArray(record['history'])) evaluation(teller, record);
      else classic(teller, record);
    },
  };
}

function told(teller: LogTeller, record: JsonObject): void {
  const id = textOf(record['id']) || 'event';
  const callId = textOf(record['tool_call_id']) || id;
  switch (record['kind']) {
    case 'MessageEvent': {
      const content = contentText(objectOf(record['llm_message'])['content']);
      if (record['source'] === 'user') teller.user(content, id);
      else teller.said(content, id, 'stop');
      return teller.keep(record, MESSAGE);
    }
    case 'ActionEvent':
      teller.thought(record['reasoning_content'], id);
      teller.said(contentText(record['thought']), id, 'tool_calls');
      teller.called(callId, textOf(record['tool_name']), record['action'] ?? null);
      return teller.keep(record, ACTION);
    case 'ObservationEvent': {
      const observation = objectOf(record['observation']);
      if (observation['is_error'] === true) {
        teller.failed(callId, contentText(observation['content']));
        teller.keep(observation, new Set(['is_error', 'content']));
        return teller.keep(record, OBSERVATION);
      }
      teller.completed(callId, observation);
      return teller.keep(record, OBSERVATION);
    }
    case 'AgentErrorEvent':
      teller.failed(callId, textOf(record['error']));
      return teller.keep(record, FAILURE);
    case 'ConversationErrorEvent':
      teller.unknown(record['kind']);
      teller.error('AGENT_FAILED', textOf(record['detail']) || textOf(record['code']) || 'error');
      return;
    case 'ConversationStateUpdateEvent':
      if (record['key'] === 'execution_status') state(teller, record['value']);
      return teller.unknown(record['kind']);
    default:
      return teller.unknown(record['kind']);
  }
}

function state(teller: LogTeller, value: unknown): void {
  if (value === 'finished') teller.ending = { status: 'completed' };
  else if (value === 'stopped') teller.ending = { status: 'cancelled', reason: value };
  else if (value === 'error' || value === 'stuck') {
    teller.ending = { status: 'failed', code: 'AGENT_FAILED', message: value };
  } else if (value === 'running') teller.ending = { status: 'unsaid' };
}

function classic(teller: LogTeller, record: JsonObject): void {
  if (typeof record['action'] === 'string') openHandsAction(teller, record);
  else if (typeof record['observation'] === 'string') {
    openHandsObservation(teller, record);
    if (record['observation'] === 'agent_state_changed') {
      state(teller, objectOf(record['extras'])['agent_state']);
    }
  } else teller.unknown(record['type']);
}

/** One line of an evaluation holds a whole conversation. */
function evaluation(teller: LogTeller, record: JsonObject): void {
  const { history, ...rest } = record;
  const events = listOf(history).flatMap(item => {
    const part = objectOf(item);
    teller.begin(part, timeOf(part['timestamp']));
    if (typeof part['kind'] === 'string') told(teller, part);
    else classic(teller, part);
    return teller.take();
  });
  teller.begin(rest, NaN);
  teller.restore(events);
  teller.unknown('evaluation', rest);
  if (textOf(record['error']) !== '') teller.error('AGENT_FAILED', textOf(record['error']));
}
