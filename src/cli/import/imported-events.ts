import type { LogEvent } from '../../bridges/agent-logs/index.ts';
import type { ProducedEvent } from '../../client/index.ts';
import type { Json, JsonObject } from '../../index.ts';

/** Bytes of the data of one event: less than a server takes, its envelope and masks included. */
const LARGEST = 192 * 1_024;
/** Characters of one token: six bytes each at the most. */
const LONGEST_TOKEN = 32_768;

/**
 * Events of one record as they are appended: each with its place in the log as its key, and its true time. Long tokens
 * become several; other data beyond 192 KB has its texts cut, and says so. Pure.
 */
export function importedEvents(events: readonly LogEvent[], record: number): readonly ProducedEvent[] {
  let part = 0;
  return events.flatMap(event =>
    fitting(event).map(({ time, metadata, ...fit }) => ({
      ...fit,
      metadata: {
        ...metadata,
        importedRecord: record,
        ...(time !== undefined && { importedTime: time }),
      },
      key: `import:${record}.${part++}`,
    })),
  );
}

function fitting(event: LogEvent): readonly LogEvent[] {
  const { data, metadata } = event;
  const { content } = data;
  if (event.type === 'token' && typeof content === 'string' && content.length > LONGEST_TOKEN) {
    const { finishReason, ...rest } = data;
    const pieces = cutText(content);
    return pieces.map((piece, index) => {
      const isLast = index === pieces.length - 1 && finishReason !== undefined;
      return { ...event, data: { ...rest, content: piece, ...(isLast && { finishReason }) } };
    });
  }
  const bytes = sizeOf({ data, metadata: metadata ?? null });
  if (bytes <= LARGEST) return [event];
  const cutFrom = { ...(metadata && (smaller(metadata) as JsonObject)), cutFrom: bytes };
  return [{ ...event, data: smaller(data) as JsonObject, metadata: cutFrom }];
}

/** Never inside of a surrogate pair. */
function cutText(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = from + LONGEST_TOKEN;
    if (to < text.length && /[\uD800-\uDBFF]/.test(text[to - 1]!)) to--;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** The same with shorter texts, or as the beginning of its JSON where that is not enough. */
function smaller(value: Json): Json {
  for (let longest = 16_384; longest >= 256; longest /= 4) {
    const cut = cutTexts(value, longest);
    if (sizeOf(cut) <= LARGEST / 2) return cut;
  }
  return { cut: JSON.stringify(value).slice(0, 16_384) };
}

function cutTexts(value: Json, longest: number): Json {
  if (typeof value === 'string') return value.length <= longest ? value : `${value.slice(0, longest)}…`;
  if (Array.isArray(value)) return value.map(item => cutTexts(item as Json, longest));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, cutTexts(item as Json, longest)]),
  );
}

function sizeOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
