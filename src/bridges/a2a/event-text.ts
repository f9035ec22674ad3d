import type { Json, JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { toParts } from './artifact-parts.ts';
import { EXTENSION, OUTPUT_ARTIFACT, TEXT_ARTIFACT } from './event-table.ts';
import { carriedIn } from './extension.ts';
import { artifactPlace, saidBy, taskStateOf, textArtifactId, type TaskPlace } from './to-a2a.ts';

/** Members of data that updates have words for. */
const TOKEN_MEMBERS: ReadonlySet<string> = new Set(['content', 'messageId']);
const ARTIFACT_MEMBERS: ReadonlySet<string> = new Set(['artifactId', 'name', 'description', 'data']);
const END_MEMBERS: ReadonlySet<string> = new Set(['output']);
const PLAIN_KEY = /^\w+$/;
const NONE: ReadonlySet<string> = new Set();

/**
 * The updates of an event as `JSON.stringify` writes what `toStreamResponses` makes of it, for a fraction of the time;
 * `undefined` for what came from A2A and is told as it came. Pure and synchronous. Ids, cursors and times are written as
 * they are, since they have nothing in them that JSON would escape.
 */
export function eventTexts(event: RunEvent, place: TaskPlace): readonly string[] | undefined {
  if (event.metadata && carriedIn(event.metadata)?.['response'] !== undefined) return undefined;
  if (event.type === 'token') return [tokenText(event, event.data, place)];
  if (event.type === 'artifact') return [artifactText(event, event.data, place)];
  if (event.type === 'complete' && event.data.output !== undefined) {
    return [outputText(event, event.data.output, place), statusText(event, place)];
  }
  return [statusText(event, place)];
}

function tokenText(event: RunEvent, data: JsonObject, { contextId, opened }: TaskPlace): string {
  const { content, messageId } = data;
  const artifactId = textArtifactId(messageId);
  const name = messageId === undefined ? `"${TEXT_ARTIFACT}"` : JSON.stringify(artifactId);
  const rest = dataText(data, TOKEN_MEMBERS);
  const append = opened.has(artifactId) ? ',"append":true' : '';
  const last = data['finishReason'] === undefined ? '' : ',"lastChunk":true';
  const head = `{"artifactUpdate":{"taskId":"${event.runId}","contextId":"${contextId}","artifact":{"artifactId":${name},"parts":[{"text":`;
  return `${head}${JSON.stringify(content)}}]}${append}${last},"metadata":${carriedText(event, rest)}}}`;
}

function artifactText(event: RunEvent, data: JsonObject, place: TaskPlace): string {
  const { artifactId, append, lastChunk } = artifactPlace(data, place);
  const { name, description, data: held, artifactType } = data;
  const title = typeof name === 'string' ? `,"name":${JSON.stringify(name)}` : '';
  const about = typeof description === 'string' ? `,"description":${JSON.stringify(description)}` : '';
  const parts = JSON.stringify(toParts(held ?? null, artifactType));
  const artifact = `{"artifactId":${JSON.stringify(artifactId)}${title}${about},"parts":${parts}}`;
  const told = `${append ? ',"append":true' : ''}${lastChunk ? ',"lastChunk":true' : ''}`;
  const metadata = carriedText(event, dataText(data, ARTIFACT_MEMBERS));
  return `{"artifactUpdate":{${placeText(event, place)},"artifact":${artifact}${told},"metadata":${metadata}}}`;
}

function outputText(event: RunEvent, output: Json, place: TaskPlace): string {
  const artifact = `{"artifactId":"${OUTPUT_ARTIFACT}","parts":${JSON.stringify(toParts(output))}}`;
  const metadata = `{"${EXTENSION}":{"partOf":"${event.type}"}}`;
  return `{"artifactUpdate":{${placeText(event, place)},"artifact":${artifact},"lastChunk":true,"metadata":${metadata}}}`;
}

function statusText(event: RunEvent, place: Pick<TaskPlace, 'contextId'>): string {
  const { id, time } = event;
  const { field, text } = saidBy(event);
  const where = placeText(event, place);
  const message =
    text === undefined
      ? ''
      : `"message":{"messageId":"${id}","role":"ROLE_AGENT","parts":[{"text":${JSON.stringify(text)}}],${where}},`;
  const status = `{"state":"${taskStateOf(event)}",${message}"timestamp":"${time}"}`;
  const rest = dataText(event.data, event.type === 'complete' ? END_MEMBERS : NONE, field);
  const metadata = carriedText(event, rest);
  return `{"statusUpdate":{${where},"status":${status},"metadata":${metadata}}}`;
}

function placeText({ runId }: RunEvent, { contextId }: Pick<TaskPlace, 'contextId'>): string {
  return `"taskId":"${runId}","contextId":"${contextId}"`;
}

/** What of an event the update itself does not say; `data`: as JSON, nothing where there is none. */
function carriedText({ id, type, time, source, node, cause, metadata }: RunEvent, data: string): string {
  let carried = `{"${EXTENSION}":{"cursor":"${id}","type":${JSON.stringify(type)},"time":"${time}"`;
  if (data !== '') carried += `,"data":${data}`;
  if (source) carried += `,"source":"${source}"`;
  if (node !== undefined) carried += `,"node":${JSON.stringify(node)}`;
  if (cause !== undefined) carried += `,"cause":${cause}`;
  if (metadata) carried += `,"metadata":${JSON.stringify(metadata)}`;
  return `${carried}}}`;
}

/** Plain members without some of them, as `JSON.stringify` writes them; nothing where there are none. */
function dataText(data: JsonObject, without: ReadonlySet<string>, field?: string): string {
  let text = '';
  for (const name in data) {
    const value = data[name];
    if (value === undefined || name === field || without.has(name)) continue;
    const key = PLAIN_KEY.test(name) ? `"${name}"` : JSON.stringify(name);
    text += `${text === '' ? '{' : ','}${key}:${JSON.stringify(value)}`;
  }
  return text === '' ? '' : `${text}}`;
}
