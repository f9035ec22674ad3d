import { frameText, placeText, saidHead, saidMembers, saidShapes, saidText } from '../said-text.ts';
import type { ChatChunk } from './chat-chunk.ts';
import { METADATA } from './chat-tongue.ts';

const CALL = ['providerExecuted', 'dynamic'];

/** Members of each type in the order in which they are said, those of {@link METADATA} behind them. */
const MEMBERS: Readonly<Record<Exclude<ChatChunk['type'], `data-${string}`>, readonly string[]>> = {
  start: ['messageId'],
  finish: ['finishReason'],
  abort: ['reason'],
  error: ['errorText'],
  'start-step': [],
  'finish-step': [],
  'text-start': ['id'],
  'text-delta': ['id', 'delta'],
  'text-end': ['id'],
  'reasoning-start': ['id'],
  'reasoning-delta': ['id', 'delta'],
  'reasoning-end': ['id'],
  'tool-input-start': ['toolCallId', 'toolName', ...CALL],
  'tool-input-delta': ['toolCallId', 'inputTextDelta'],
  'tool-input-available': ['toolCallId', 'toolName', 'input', ...CALL],
  'tool-output-available': ['toolCallId', 'output', 'preliminary', ...CALL],
  'tool-output-error': ['toolCallId', 'errorText', ...CALL],
  'source-url': ['sourceId', 'url', 'title'],
  'source-document': ['sourceId', 'mediaType', 'title', 'filename'],
  file: ['mediaType', 'url'],
};
const SHAPES = saidShapes(MEMBERS);
const DATA = saidMembers(['id', 'data', 'transient']);

/** A chunk as a frame, with the bytes that `JSON.stringify` would make of what `ChatMapper` gives. */
export function chunkFrame(chunk: ChatChunk, cursor: string | undefined): string {
  const { type } = chunk;
  const shape = SHAPES.get(type);
  if (!shape) return frameText(`${saidText(chunk, saidHead(type), DATA)}}`, cursor);
  const text = saidText(chunk, shape.head, shape.members);
  const name = METADATA[type];
  if (name === undefined) return frameText(`${text}}`, cursor);
  const facts = (chunk as { readonly [Name in typeof name]?: { readonly sluice: object } })[name]?.sluice;
  if (facts === undefined && cursor === undefined) return frameText(`${text}}`, cursor);
  return frameText(`${text},"${name}":{"sluice":${placeText(facts, cursor)}}}`, cursor);
}
