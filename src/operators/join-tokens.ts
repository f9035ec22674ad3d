import type { Envelope, EventData } from '../event/run-event.ts';

/** An event of type `token`. */
export type TokenEvent = Envelope<'token', EventData['token']>;

/** Whether a value is a token event, judged by its shape. */
export function isToken(value: unknown): value is TokenEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { type, data } = value as { type?: unknown; data?: { content?: unknown } | null };
  return type === 'token' && typeof data?.content === 'string';
}

/**
 * Two neighbouring tokens of one channel as one event: both contents, otherwise what the later one says, so that
 * its cursor and seq stay exact. `undefined` if they do not belong together, if the earlier one ends its message,
 * or if it says something of its own that the later one would cover.
 */
export function joinTokens(earlier: TokenEvent, later: TokenEvent): TokenEvent | undefined {
  if (
    earlier.runId !== later.runId ||
    earlier.node !== later.node ||
    earlier.source !== later.source ||
    earlier.cause !== later.cause ||
    earlier.metadata !== later.metadata ||
    earlier.final ||
    earlier.data.finishReason !== undefined ||
    earlier.data.messageId !== later.data.messageId ||
    earlier.data.role !== later.data.role
  ) {
    return undefined;
  }
  const content = earlier.data.content + later.data.content;
  return { ...later, data: { ...earlier.data, ...later.data, content } };
}
