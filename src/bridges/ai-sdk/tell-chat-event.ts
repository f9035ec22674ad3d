import type { Json, JsonObject } from '../../event/json.ts';
import type { Notice } from '../../event/notice.ts';
import type { EventOf, RunEvent } from '../../event/run-event.ts';
import { customName } from '../custom-name.ts';
import { isPlainObject } from '../plain-json.ts';
import {
  CUSTOM_TALK_TELLINGS,
  isSaid,
  TALK_TELLINGS,
  type CustomTellings,
  type Tellings,
} from '../talk-tellings.ts';
import type { ChatStream } from './chat-stream.ts';
import { TRANSIENT } from './chat-table.ts';

/** The tool that stands for the questions of a run. */
export const ASK_TOOL = 'ask';

const PAGE = /^https?:\/\//i;
const MEDIA_TYPE = /^[a-z]+\/[\w.+-]{1,100}$/i;

/** What the AI SDK has words for. */
const TELLINGS: Tellings<ChatStream> = {
  ...TALK_TELLINGS,
  step(event, stream) {
    tellData(event, stream);
    stream.endStep();
  },
  'node.started': (event, stream) => tellNode(event, stream, 'running'),
  'node.completed': (event, stream) => tellNode(event, stream, 'done'),
  'node.failed': (event, stream) => tellNode(event, stream, 'failed'),
  'node.skipped': (event, stream) => tellNode(event, stream, 'skipped'),
  progress(event, stream) {
    const { step = event.node ?? '' } = event.data;
    stream.part({ type: 'data-progress', id: step, data: event.data as JsonObject });
  },
  artifact(event, stream) {
    const { artifactId, partial, name } = event.data;
    const file = partial ? undefined : fileOf(event.data);
    if (file) {
      const sluice = { artifactId, ...(name !== undefined && { name }) };
      stream.part({ type: 'file', ...file, providerMetadata: { sluice } });
      return;
    }
    const id = partial ? String(event.seq) : artifactId;
    stream.part({ type: 'data-artifact', id, data: event.data as JsonObject });
  },
  ask(event, stream) {
    const { askId, ...question } = event.data;
    stream.callClient(askId, ASK_TOOL, question);
    stream.finish('tool-calls');
  },
  answer: ({ data }, stream) => stream.result(data.askId, { output: data.value }),
  complete({ data }, stream) {
    const { output } = data;
    // Whatever it returned, a message that says nothing helps nobody.
    if (!stream.hasText && typeof output === 'string' && output !== '') tellOutput(output, stream);
    stream.finish('stop', data);
  },
  cancelled({ data }, stream) {
    stream.endStep();
    stream.say({ type: 'abort', ...(data.reason !== undefined && { reason: data.reason }) });
  },
  error(event, stream) {
    if (!event.final) return false;
    const { message, code } = event.data;
    stream.endStep();
    stream.say({ type: 'error', errorText: message });
    stream.finish('error', { code });
    return true;
  },
};

const CUSTOMS: CustomTellings<ChatStream> = {
  ...CUSTOM_TALK_TELLINGS,
  'custom:tool-output'({ callId, output }, stream) {
    if (typeof callId !== 'string' || output === undefined) return false;
    stream.preliminary(callId, output);
    return true;
  },
  'custom:source'({ id, url, title, mediaType, filename }, stream) {
    const named = typeof title === 'string' ? { title } : {};
    if (url !== undefined) {
      // Whoever shows it makes a link of it: what is no page stays data.
      if (typeof url !== 'string' || !PAGE.test(url)) return false;
      const sourceId = typeof id === 'string' ? id : url;
      stream.part({ type: 'source-url', sourceId, url, ...named });
      return true;
    }
    if (typeof id !== 'string' || typeof title !== 'string' || typeof mediaType !== 'string') return false;
    stream.part({
      ...{ type: 'source-document', sourceId: id, mediaType, title },
      ...(typeof filename === 'string' && { filename }),
    });
    return true;
  },
};

/** Says an event of a run that has begun. What the AI SDK has no word for is data under its own name. */
export function tellChatEvent(stream: ChatStream, event: RunEvent): void {
  if (!isSaid(event, stream, { tellings: TELLINGS, customs: CUSTOMS })) tellData(event, stream);
}

/** Says what no chunk says: that some events will not come, or that what was seen is void. */
export function tellChatNotice(stream: ChatStream, notice: Notice): void {
  const { notice: name, runId: _, ...data } = notice;
  if (name === 'reset') stream.endStep();
  if (name === 'reset' && notice.reason === 'gone') {
    stream.say({ type: 'error', errorText: 'The run is not kept any longer.' });
    stream.finish('error', { code: 'RUN_NOT_FOUND' });
    return;
  }
  stream.say({ type: `data-sluice.${name}`, data: data as JsonObject, transient: true });
}

/** Under its own name, and an id of its own, so that nothing is there twice however often it comes. */
function tellData({ type, data, seq }: RunEvent, stream: ChatStream): void {
  const isTransient = TRANSIENT.has(type);
  stream[isTransient ? 'say' : 'part']({
    ...{ type: `data-${customName(type)}`, id: String(seq), data: data as Json },
    ...(isTransient && { transient: true }),
  });
}

function tellNode(event: RunEvent, stream: ChatStream, state: string): void {
  const { node } = event;
  const data: JsonObject = event.data;
  const { name } = data;
  stream.texts.closeAround(node);
  const id = node ?? (typeof name === 'string' ? name : '');
  stream.part({ type: 'data-node', id, data: { ...data, node: id, state } });
}

function tellOutput(output: string, stream: ChatStream): void {
  stream.part({ type: 'text-start', id: 'output' });
  stream.part({ type: 'text-delta', id: 'output', delta: output });
  stream.part({ type: 'text-end', id: 'output' });
}

/** An artifact that the AI SDK can show: what has a media type, and where it is or what it consists of. */
function fileOf({
  artifactType: mediaType,
  data,
}: EventOf<'artifact'>['data']): { readonly mediaType: string; readonly url: string } | undefined {
  if (!MEDIA_TYPE.test(mediaType) || !isPlainObject(data)) return undefined;
  const { url, base64 } = data;
  if (typeof url === 'string') return /^(?:https?|data):/i.test(url) ? { mediaType, url } : undefined;
  return typeof base64 === 'string' ? { mediaType, url: `data:${mediaType};base64,${base64}` } : undefined;
}
