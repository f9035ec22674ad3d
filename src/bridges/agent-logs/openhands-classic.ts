import type { JsonObject } from '../../event/json.ts';
import { objectOf, textOf, type LogTeller } from './log-teller.ts';

const ENVELOPE = ['id', 'timestamp', 'source', 'message', 'cause', 'tool_call_metadata'];
const ACTION = new Set([...ENVELOPE, 'action', 'args']);
const OBSERVATION = new Set([...ENVELOPE, 'observation', 'content', 'extras', 'success']);

/** An action of OpenHands before its SDK. */
export function openHandsAction(teller: LogTeller, record: JsonObject): void {
  const { action, message, source } = record;
  const kind = textOf(action);
  const args = objectOf(record['args']);
  const id = idOf(record['id']);
  const call = objectOf(record['tool_call_metadata']);
  const text = textOf(args['content']) || textOf(message);
  if (kind === 'message' && source === 'user') teller.user(text, id);
  else if (kind === 'message') teller.said(text, id, 'stop');
  else if (typeof call['tool_call_id'] === 'string') {
    teller.said(args['thought'], id, 'tool_calls');
    teller.called(call['tool_call_id'], textOf(call['function_name']) || kind, args);
  } else {
    teller.tell(
      'action',
      { kind: kind || 'action', content: textOf(message), args },
      source === 'user' ? 'user' : undefined,
    );
  }
  if (kind === 'finish') teller.ending = { status: 'completed', output: args };
  else if (kind === 'message' && source === 'agent') teller.ending = { status: 'completed' };
  else if (kind === 'message') teller.ending = { status: 'unsaid' };
  teller.keep(record, ACTION);
}

/** An observation of OpenHands before its SDK. */
export function openHandsObservation(teller: LogTeller, record: JsonObject): void {
  const { observation, content, extras } = record;
  const callId = objectOf(record['tool_call_metadata'])['tool_call_id'];
  if (typeof callId === 'string' && observation === 'error') {
    teller.failed(callId, textOf(content));
    teller.keep(record, new Set([...OBSERVATION].filter(name => name !== 'extras')));
    return;
  }
  if (typeof callId === 'string') {
    const result = { content: content ?? null, extras: extras ?? null, message: record['message'] ?? null };
    teller.completed(callId, result);
  } else {
    const { success } = record;
    teller.tell(
      'observation',
      {
        ...{ kind: textOf(observation), content: textOf(content), extras: objectOf(extras) },
        ...(typeof success === 'boolean' && { success }),
      },
      'environment',
    );
  }
  teller.keep(record, OBSERVATION);
}

function idOf(id: unknown): string {
  return typeof id === 'number' ? `event-${id}` : textOf(id) || 'event';
}
