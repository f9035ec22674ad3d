import type { Json, JsonObject } from '../../event/json.ts';
import { listOf, objectOf, textOf, usageOf, type LogTeller } from './log-teller.ts';

const KNOWN = new Set([
  ...['type', 'delta', 'text', 'message', 'call_id', 'chunk', 'stream', 'duration'],
  ...['images', 'local_images', 'text_elements', 'phase'],
]);

/** Tells the `msg` of a protocol event of Codex; false for one that it does not know. */
export function codexMessages(teller: LogTeller): (msg: JsonObject) => boolean {
  const outputs = new Map<string, TextDecoder>();
  let count = 1;
  let answers = 0;
  /** Whether the pieces of the text that is under way were told. */
  let isMessageTold = false;
  let isThoughtTold = false;
  const output = (msg: JsonObject): void => {
    const key = `${textOf(msg['call_id'])} ${textOf(msg['stream'])}`;
    const decoder = outputs.get(key) ?? new TextDecoder();
    outputs.set(key, decoder);
    const content = decoder.decode(bytesOf(msg['chunk']), { stream: true });
    const data = { callId: callOf(msg), stream: msg['stream'] ?? null, content, partial: true };
    teller.tell('custom:tool-output', data, 'environment');
  };
  const done = (msg: JsonObject): void => {
    for (const stream of ['stdout', 'stderr']) outputs.delete(`${textOf(msg['call_id'])} ${stream}`);
    finished(teller, msg);
  };
  const told = (msg: JsonObject): boolean => {
    switch (msg['type']) {
      case 'user_message':
        teller.user(msg['message'], `message-${count++}`);
        return true;
      case 'agent_message_delta':
        isMessageTold = true;
        teller.said(msg['delta'], `message-${count}`);
        return true;
      case 'agent_message':
        teller.said(isMessageTold ? '' : msg['message'], `message-${count++}`, 'stop');
        isMessageTold = false;
        return true;
      case 'agent_reasoning_delta':
        isThoughtTold = true;
        teller.thought(msg['delta'], `message-${count}`);
        return true;
      case 'agent_reasoning':
        if (!isThoughtTold) teller.thought(msg['text'], `message-${count}`);
        isThoughtTold = false;
        return true;
      case 'agent_reasoning_section_break':
        teller.thought('\n\n', `message-${count}`);
        return true;
      case 'exec_command_begin':
      case 'patch_apply_begin':
      case 'mcp_tool_call_begin':
      case 'web_search_begin':
        begun(teller, msg);
        return true;
      case 'exec_command_output_delta':
        output(msg);
        return true;
      case 'exec_command_end':
      case 'patch_apply_end':
      case 'mcp_tool_call_end':
      case 'web_search_end':
        done(msg);
        return true;
      default:
        return false;
    }
  };
  return msg => {
    if (told(msg)) {
      if (/_(delta|message|reasoning|break)$/.test(textOf(msg['type']))) teller.keep(msg, KNOWN);
      return true;
    }
    return account(teller, msg, () => `answer-${++answers}`);
  };
}

/** Usage, errors and ends. */
function account(teller: LogTeller, msg: JsonObject, nextAnswer: () => string): boolean {
  switch (msg['type']) {
    case 'token_count': {
      const usage = objectOf(objectOf(msg['info'])['last_token_usage'] ?? msg);
      const counted = usageOf(usage['input_tokens'], usage['output_tokens']);
      if (!counted) return false;
      teller.answered(nextAnswer(), msg, counted);
      return true;
    }
    case 'stream_error':
    case 'error':
      teller.error('AGENT_FAILED', textOf(msg['message']) || 'error');
      teller.keep(msg, KNOWN);
      return true;
    case 'task_complete':
      teller.ending = { status: 'completed', output: { message: msg['last_agent_message'] ?? null } };
      return false;
    case 'turn_aborted':
      teller.ending = { status: 'cancelled', reason: textOf(msg['reason']) || 'aborted' };
      return false;
    case 'task_started':
      teller.ending = { status: 'unsaid' };
      return false;
    default:
      return false;
  }
}

function begun(teller: LogTeller, { type, call_id: _, ...args }: JsonObject): void {
  const callId = textOf(_) || 'call';
  const invocation = objectOf(args['invocation']);
  switch (type) {
    case 'exec_command_begin':
      return teller.called(callId, 'shell', args);
    case 'patch_apply_begin':
      return teller.called(callId, 'apply_patch', args);
    case 'mcp_tool_call_begin':
      return teller.called(callId, textOf(invocation['tool']) || 'mcp', args);
    default:
      return teller.called(callId, 'web_search', args);
  }
}

function finished(teller: LogTeller, { type, call_id: _, duration, ...result }: JsonObject): void {
  const callId = textOf(_) || 'call';
  const failure = objectOf(result['result'])['Err'];
  if (type === 'web_search_end' && !teller.isCalled(callId)) teller.called(callId, 'web_search', result);
  if (type === 'patch_apply_end' && result['success'] === false) {
    teller.failed(callId, textOf(result['stderr']));
    teller.keep(result, new Set(['stderr']));
  } else if (failure !== undefined) teller.failed(callId, textOf(failure));
  else {
    const { secs, nanos } = objectOf(duration);
    const took =
      typeof secs === 'number' && typeof nanos === 'number' ? secs * 1_000 + nanos / 1_000_000 : undefined;
    teller.completed(callId, result, took);
  }
}

function callOf(msg: JsonObject): string {
  return textOf(msg['call_id']) || 'call';
}

/** Bytes of an output: their numbers, or base64 in later versions. */
function bytesOf(chunk: Json | undefined): Uint8Array {
  if (typeof chunk !== 'string') return Uint8Array.from(listOf(chunk) as readonly number[]);
  try {
    return Uint8Array.from(atob(chunk), char => char.charCodeAt(0));
  } catch {
    return new TextEncoder().encode(chunk);
  }
}
