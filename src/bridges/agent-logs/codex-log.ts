import type { JsonObject } from '../../event/json.ts';
import { codexItems } from './codex-items.ts';
import { codexMessages } from './codex-messages.ts';
import { codexTurnItem } from './codex-turn-items.ts';
import type { LogTeller } from './log-teller.ts';
import { contentText, objectOf, textOf, timeOf } from './log-teller.ts';
import type { Dialect } from './record-reader.ts';

const SESSION = new Set(['ts', 'dir', 'kind', 'payload']);
const SUBMISSION = new Set(['id', 'msg']);
const ROLLOUT = new Set(['timestamp', 'type', 'payload', 'ordinal']);
const TEXT = /^(user|agent)_(message|reasoning)$/;
const CALL = new Set(['type', 'id', 'name', 'arguments', 'input', 'call_id', 'status', 'action']);
const OUTPUT = new Set(['type', 'call_id', 'output']);

/** Session logs of Codex' terminal, its rollouts (`~/.codex/sessions`), and what `codex exec --json` prints. */
export function codexLog(teller: LogTeller): Dialect {
  const message = codexMessages(teller);
  const item = codexItems(teller);
  /** Where a rollout has its texts; some have them twice. */
  let texts: 'messages' | 'items' | undefined;
  const rolledOut = (payload: JsonObject): boolean => {
    const { type } = payload;
    const holder = type === 'item_completed' ? 'items' : TEXT.test(textOf(type)) ? 'messages' : undefined;
    if (holder === undefined) return message(payload);
    if (texts !== undefined && texts !== holder) return false;
    const isTold = holder === 'items' ? codexTurnItem(teller, payload) : message(payload);
    if (isTold) texts = holder;
    return isTold;
  };
  const submission = (record: JsonObject): void => {
    const msg = objectOf(record['msg']);
    if (message(msg)) teller.keep(record, SUBMISSION);
    else teller.unknown(msg['type']);
  };
  return {
    read(record) {
      const { kind, payload, type } = record;
      teller.begin(record, timeOf(record['ts'] ?? record['timestamp']));
      if (kind === 'codex_event') {
        teller.keep(record, SESSION);
        submission(objectOf(payload));
      } else if (typeof kind === 'string') {
        teller.unknown(`${kind}.${textOf(objectOf(payload)['type'])}`.replace(/\.$/, ''));
      } else if (typeof objectOf(record['msg'])['type'] === 'string') submission(record);
      else if (type === 'event_msg') {
        if (rolledOut(objectOf(payload))) teller.keep(record, ROLLOUT);
        else teller.unknown(`event_msg.${textOf(objectOf(payload)['type'])}`);
      } else if (type === 'response_item') {
        if (responseItem(teller, objectOf(payload))) teller.keep(record, ROLLOUT);
        else teller.unknown(`response_item.${textOf(objectOf(payload)['type'])}`);
      } else if (!item(record)) teller.unknown(type);
    },
  };
}

/** Calls of a rollout. Its texts are in its `event_msg` records too, and are told from there. */
function responseItem(teller: LogTeller, item: JsonObject): boolean {
  const callId = textOf(item['call_id']) || textOf(item['id']);
  if (callId === '') return false;
  switch (item['type']) {
    case 'function_call':
    case 'custom_tool_call':
    case 'local_shell_call':
      teller.called(callId, textOf(item['name']) || 'shell', argsOf(item));
      teller.keep(item, CALL);
      return true;
    case 'function_call_output':
    case 'custom_tool_call_output':
      if (objectOf(item['output'])['success'] === false) {
        teller.failed(callId, contentText(objectOf(item['output'])['content']));
      } else teller.completed(callId, item['output'] ?? null);
      teller.keep(item, OUTPUT);
      return true;
    default:
      return false;
  }
}

function argsOf({ arguments: args, input, action }: JsonObject) {
  if (typeof args !== 'string') return args ?? input ?? action ?? null;
  try {
    return JSON.parse(args) as JsonObject;
  } catch {
    return args;
  }
}
