import type { Json, JsonObject } from '../../event/json.ts';
import type { Notice } from '../../event/notice.ts';
import type { EventOf, EventType, RunEvent } from '../../event/run-event.ts';
import { customName } from '../custom-name.ts';
import { epochOf } from '../epoch.ts';
import { THOUGHT_KINDS } from '../texts.ts';
import type { AgUiStream } from './ag-ui-stream.ts';
import { interruptOf } from './interrupt.ts';
import { isPatch } from './json-patch.ts';

/** Says an event; `false` where AG-UI has no word for it, and it is to be `CUSTOM`. */
type Telling<Type extends EventType> = (event: EventOf<Type>, stream: AgUiStream) => boolean | void;

const TELLINGS: { readonly [Type in EventType]?: Telling<Type> } = {
  token: (event, { texts }) => texts.token(event),
  action(event, { texts }) {
    const { kind, content } = event.data;
    if (content === undefined || !THOUGHT_KINDS.has(kind)) return false;
    texts.closeIn(event.node);
    texts.thought(event, content);
    return true;
  },
  'node.started'(event, stream) {
    stream.texts.closeAround(event.node);
    stream.startStep(event.node ?? event.data.name, event);
  },
  'node.completed': endNode,
  'node.failed': endNode,
  'node.skipped': endNode,
  step(event, stream) {
    const { name } = event.data;
    stream.texts.closeIn(event.node);
    stream.finishStep(stream.hasStep(name) ? `${name} #${event.seq}` : name, event);
  },
  'tool.called'(event, stream) {
    const { callId: toolCallId, tool: toolCallName, args, attempt = 1 } = event.data;
    if (attempt > 1) return false;
    stream.texts.closeIn(event.node);
    // What was written piece by piece is known.
    if (!stream.isWriting(toolCallId)) stream.writeCall(toolCallId, toolCallName, JSON.stringify(args));
    stream.say({ type: 'TOOL_CALL_END', toolCallId });
    return true;
  },
  'tool.completed'(event, stream) {
    const { callId, result } = event.data;
    tellResult(event, stream, {
      callId,
      content: typeof result === 'string' ? result : JSON.stringify(result),
    });
  },
  'tool.failed'(event, stream) {
    const { callId, error, willRetry = false } = event.data;
    if (willRetry) return false;
    tellResult(event, stream, { callId, content: error, facts: { failed: true } });
    return true;
  },
  progress(event, stream) {
    const { step = event.node ?? '' } = event.data;
    stream.say({
      ...{ type: 'ACTIVITY_SNAPSHOT', messageId: `${epochOf(event)}-progress-${step}` },
      ...{ activityType: 'progress', content: event.data as JsonObject, replace: true },
    });
  },
  checkpoint(event, stream) {
    const { name, data } = event.data;
    stream.say({ type: 'STATE_SNAPSHOT', snapshot: data, metadata: { sluice: { name } } });
  },
  ask: (event, stream) => stream.finish({ outcome: { type: 'interrupt', interrupts: [interruptOf(event)] } }),
  complete(event, stream) {
    const { output, usage, summary, durationMs } = event.data;
    stream.finish({
      // AG-UI has no null where something may be left out.
      ...(output !== undefined && output !== null && { result: output }),
      ...(usage && { usage: [tokensOf(usage)] }),
      outcome: { type: 'success' },
      metadata: { sluice: { durationMs, ...(summary !== undefined && { summary }) } },
    });
  },
  cancelled(event, stream) {
    const { reason, forced } = event.data;
    const facts = { ...(reason !== undefined && { reason }), ...(forced !== undefined && { forced }) };
    stream.finish({ outcome: { type: 'cancelled' }, metadata: { sluice: facts } });
  },
  error(event, stream) {
    if (!event.final) return false;
    const { message, code } = event.data;
    stream.closeAll();
    stream.say({ type: 'RUN_ERROR', message, code, rawEvent: event });
    return true;
  },
};

/** The same for types that are no part of the vocabulary, but that bridges use. */
const CUSTOM_TELLINGS: Readonly<Record<string, (data: JsonObject, stream: AgUiStream) => boolean>> = {
  'custom:state': tellState,
  'custom:tool-input'({ callId, tool, delta }, stream) {
    if (typeof callId !== 'string' || typeof tool !== 'string' || typeof delta !== 'string') return false;
    stream.writeCall(callId, tool, delta);
    return true;
  },
};

/** Says an event of a run that has begun. */
export function tellEvent(event: RunEvent, stream: AgUiStream): void {
  if (CUSTOM_TELLINGS[event.type]?.(event.data, stream)) return;
  const telling = TELLINGS[event.type as EventType] as
    ((event: RunEvent, stream: AgUiStream) => boolean | void) | undefined;
  if (telling && telling(event, stream) !== false) return;
  const { type, data, node, source, cause, metadata } = event;
  const facts = {
    ...(node !== undefined && { node }),
    ...(source !== undefined && { source }),
    ...(cause !== undefined && { cause }),
  };
  stream.say({
    ...{ type: 'CUSTOM', name: customName(type), value: data as Json },
    ...(metadata !== undefined && { rawEvent: event }),
    metadata: { sluice: { type, ...facts } },
  });
}

/** Says what no event of AG-UI says: that some events will not come, or that what was seen is void. */
export function tellNotice(notice: Notice, stream: AgUiStream): void {
  const { notice: name, runId: _, ...value } = notice;
  if (name === 'reset') stream.closeAll();
  if (name === 'reset' && notice.reason === 'gone') {
    stream.say({ type: 'RUN_ERROR', message: 'The run is not kept any longer.', code: 'RUN_NOT_FOUND' });
    return;
  }
  stream.say({ type: 'CUSTOM', name: `sluice.${name}`, value: value as JsonObject });
}

function endNode(
  event: EventOf<'node.completed'> | EventOf<'node.failed'> | EventOf<'node.skipped'>,
  stream: AgUiStream,
): void {
  stream.texts.closeAround(event.node);
  stream.finishStep(event.node ?? event.data.name, event);
}

function tellResult(
  event: RunEvent,
  stream: AgUiStream,
  {
    callId,
    content,
    facts,
  }: { readonly callId: string; readonly content: string; readonly facts?: JsonObject },
): void {
  stream.texts.closeIn(event.node);
  if (stream.isWriting(callId)) stream.say({ type: 'TOOL_CALL_END', toolCallId: callId });
  stream.say({
    ...{ type: 'TOOL_CALL_RESULT', messageId: `${epochOf(event)}-${event.seq}`, toolCallId: callId },
    ...{ content, role: 'tool' },
    ...(facts && { metadata: { sluice: facts } }),
  });
}

function tellState({ snapshot, delta }: JsonObject, stream: AgUiStream): boolean {
  if (snapshot !== undefined) stream.say({ type: 'STATE_SNAPSHOT', snapshot });
  else if (isPatch(delta)) stream.say({ type: 'STATE_DELTA', delta });
  else return false;
  return true;
}

function tokensOf({
  inputTokens,
  outputTokens,
}: {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}): { readonly inputTokens?: number; readonly outputTokens?: number } {
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  };
}
