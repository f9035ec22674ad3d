import type { Json, JsonObject } from '../../event/json.ts';
import type { Notice } from '../../event/notice.ts';
import type { EventOf, RunEvent } from '../../event/run-event.ts';
import { customName } from '../custom-name.ts';
import { epochOf } from '../epoch.ts';
import {
  CUSTOM_TALK_TELLINGS,
  isSaid,
  TALK_TELLINGS,
  type CustomTellings,
  type Tellings,
} from '../talk-tellings.ts';
import type { AgUiStream } from './ag-ui-stream.ts';
import { interruptOf } from './interrupt.ts';
import { isPatch } from './json-patch.ts';

/** What AG-UI has words for. */
const TELLINGS: Tellings<AgUiStream> = {
  ...TALK_TELLINGS,
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
    const outcome = { type: 'success' } as const;
    const metadata = { sluice: summary === undefined ? { durationMs } : { durationMs, summary } };
    // AG-UI has no null where something may be left out.
    const end = output === undefined || output === null ? { outcome } : { result: output, outcome };
    stream.finish(usage ? { ...end, usage: [tokensOf(usage)], metadata } : { ...end, metadata });
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

const CUSTOMS: CustomTellings<AgUiStream> = {
  ...CUSTOM_TALK_TELLINGS,
  'custom:state'({ snapshot, delta }, stream) {
    if (snapshot !== undefined) stream.say({ type: 'STATE_SNAPSHOT', snapshot });
    else if (isPatch(delta)) stream.say({ type: 'STATE_DELTA', delta });
    else return false;
    return true;
  },
};

/** Says an event of a run that has begun. What AG-UI has no word for is `CUSTOM`. */
export function tellEvent(stream: AgUiStream, event: RunEvent): void {
  stream.at(event.runId, event.time);
  if (isSaid(event, stream, { tellings: TELLINGS, customs: CUSTOMS })) return;
  const { type, data, node, source, cause, metadata } = event;
  // Not spread: many events go this way.
  const facts: { [fact: string]: Json } = { type };
  if (node !== undefined) facts['node'] = node;
  if (source !== undefined) facts['source'] = source;
  if (cause !== undefined) facts['cause'] = cause;
  const [name, value, place] = [customName(type), data as Json, { sluice: facts }];
  stream.say(
    metadata === undefined
      ? { type: 'CUSTOM', name, value, metadata: place }
      : { type: 'CUSTOM', name, value, metadata: place, rawEvent: event },
  );
}

/** Says what no event of AG-UI says: that some events will not come, or that what was seen is void. */
export function tellNotice(stream: AgUiStream, notice: Notice): void {
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
