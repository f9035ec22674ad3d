import { tellerPlace } from '../teller.ts';

/** A message of the AI SDK, as far as it tells where it was cut. */
export interface CutMessage {
  readonly metadata?: unknown;
  readonly parts: readonly object[];
}

const HOLDERS = ['providerMetadata', 'callProviderMetadata', 'resultProviderMetadata'] as const;

/**
 * Where a message was cut: the newest cursor in it, for the header `Last-Event-ID` of a transport that goes on in the
 * middle; `undefined` if there is none. Pure and synchronous.
 */
export function chatCursor({ metadata, parts }: CutMessage): string | undefined {
  const held = parts.flatMap(part =>
    HOLDERS.map(name => cursorIn((part as { readonly [Name in typeof name]?: unknown })[name])),
  );
  const cursors = [cursorIn(metadata), ...held].filter(cursor => cursor !== undefined);
  return cursors.reduce<string | undefined>(
    (newest, cursor) => (newest !== undefined && isBehind(newest, cursor) ? newest : cursor),
    undefined,
  );
}

function cursorIn(metadata: unknown): string | undefined {
  const place = (metadata as { readonly sluice?: { readonly cursor?: unknown } } | undefined)?.sluice?.cursor;
  return typeof place === 'string' ? place : undefined;
}

function isBehind(a: string, b: string): boolean {
  const [first, second] = [tellerPlace(a), tellerPlace(b)];
  const [seq, other] = [seqOf(first.after), seqOf(second.after)];
  return seq === other ? first.part > second.part : seq > other;
}

function seqOf(cursor: string): number {
  return Number(cursor.split('.')[1] ?? 0);
}
