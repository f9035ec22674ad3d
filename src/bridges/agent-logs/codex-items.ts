import type { JsonObject } from '../../event/json.ts';
import { listOf, objectOf, textOf, usageOf, type LogTeller } from './log-teller.ts';

const KNOWN = new Set(['type', 'item']);
const FAILED = new Set(['id', 'type', 'status', 'error', 'server', 'tool', 'arguments', 'command']);

/** Tells a line of `codex exec --json`; false for one that it does not know. */
export function codexItems(teller: LogTeller): (record: JsonObject) => boolean {
  let turns = 0;
  return record => {
    const item = objectOf(record['item']);
    const error = objectOf(record['error']);
    switch (record['type']) {
      case 'turn.started':
        turns++;
        teller.ending = { status: 'unsaid' };
        return false;
      case 'item.started':
        return (begun(teller, item) || planned(teller, item)) && kept(teller, record);
      case 'item.updated':
        return planned(teller, item) && kept(teller, record);
      case 'item.completed':
        return (done(teller, item) || planned(teller, item)) && kept(teller, record);
      case 'turn.completed': {
        const { input_tokens: input, output_tokens: output } = objectOf(record['usage']);
        teller.answered(`turn-${turns}`, record, usageOf(input, output));
        teller.ending = { status: 'completed' };
        return true;
      }
      case 'turn.failed':
        teller.error('AGENT_FAILED', textOf(error['message']) || 'the turn failed');
        return true;
      case 'error':
        teller.error('AGENT_FAILED', textOf(record['message']) || 'error');
        return true;
      default:
        return false;
    }
  };
}

function kept(teller: LogTeller, record: JsonObject): true {
  teller.keep(record, KNOWN);
  return true;
}

function begun(teller: LogTeller, { id, type, ...args }: JsonObject): boolean {
  const callId = textOf(id);
  switch (type) {
    case 'command_execution':
      teller.called(callId, 'shell', { command: args['command'] ?? null });
      return true;
    case 'mcp_tool_call':
      teller.called(callId, textOf(args['tool']) || 'mcp', args);
      return true;
    case 'file_change':
      teller.called(callId, 'apply_patch', args);
      return true;
    case 'web_search':
      teller.called(callId, 'web_search', args);
      return true;
    case 'collab_tool_call':
      teller.called(callId, textOf(args['tool']) || 'collab', args);
      return true;
    default:
      return false;
  }
}

/** How far a list of things to do is. */
function planned(teller: LogTeller, item: JsonObject): boolean {
  const items = listOf(item['items']);
  if (item['type'] !== 'todo_list' || items.length === 0) return false;
  const current = items.filter(it => objectOf(it)['completed'] === true).length;
  const total = items.length;
  teller.tell('progress', { step: 'todo_list', current, total, fraction: current / total, details: item });
  return true;
}

function done(teller: LogTeller, item: JsonObject): boolean {
  const callId = textOf(item['id']);
  switch (item['type']) {
    case 'agent_message':
      teller.said(item['text'], callId, 'stop');
      return true;
    case 'reasoning':
      teller.thought(item['text'], callId);
      return true;
    case 'error':
      teller.error('AGENT_FAILED', textOf(item['message']) || 'error');
      // A warning between items; the turn says how it ends.
      teller.ending = { status: 'unsaid' };
      return true;
    case 'command_execution':
    case 'mcp_tool_call':
    case 'file_change':
    case 'web_search':
    case 'collab_tool_call': {
      if (!teller.isCalled(callId)) begun(teller, item);
      const { status, error } = item;
      // A command that ran is done, whatever its exit code says.
      const isFailed = status === 'failed' && item['type'] !== 'command_execution';
      if (isFailed || status === 'declined') {
        teller.failed(callId, textOf(objectOf(error)['message']) || textOf(status));
        teller.keep(item, FAILED);
      } else teller.completed(callId, item);
      return true;
    }
    default:
      return false;
  }
}
