import type { Json, JsonObject } from '../../event/json.ts';
import { isPlainObject, plainObject } from '../plain-json.ts';

/** Tokens that were read and written. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

/** Where the requests of providers keep the conversation. */
const CONVERSATIONS = ['messages', 'input', 'contents', 'prompt'] as const;

/** What the request of a step says of the conversation, where it says so. */
export function promptOf(request: unknown): JsonObject {
  const body = bodyOf(plainObject(request ?? {})['body']);
  const { model } = body;
  const found = CONVERSATIONS.map(name => body[name]).find(
    said => Array.isArray(said) || typeof said === 'string',
  );
  const messages = Array.isArray(found) ? (found as Json[]) : found === undefined ? [] : [found];
  return { ...(typeof model === 'string' && { model }), messages };
}

/** The usage of a step or of the whole, in our words. */
export function usageOf(usage: unknown): TokenUsage | undefined {
  const { inputTokens, outputTokens } = plainObject(usage ?? {});
  if (!isCount(inputTokens) && !isCount(outputTokens)) return undefined;
  return { ...(isCount(inputTokens) && { inputTokens }), ...(isCount(outputTokens) && { outputTokens }) };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function bodyOf(body: Json | undefined): JsonObject {
  if (typeof body !== 'string') return isPlainObject(body) ? body : {};
  try {
    return plainObject(JSON.parse(body));
  } catch {
    return {};
  }
}
