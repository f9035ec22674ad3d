import type { KnownSecrets } from '../index.ts';

/** Text that may still become a secret waits; so much of it is let go on masked, which only endless overlaps reach. */
const LONGEST_WAIT = 1 << 20;
/** Characters in front of a text that say whether a token begins in it. */
const FRONT = 12;

/**
 * Bytes of UTF-8 with their secrets masked, as if they were one text. Cold; takes no more from its source than its reader
 * asks for. Fails as its source does. Memory: one chunk and what may still become a secret. `place` is for the counts.
 */
export async function* redactStream(
  chunks: AsyncIterable<Uint8Array>,
  secrets: KnownSecrets,
  place: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let waiting = '';
  let before = '';
  for await (const chunk of chunks) {
    waiting += decoder.decode(chunk, { stream: true });
    const wait = secrets.pending(waiting, before);
    const end = wait > LONGEST_WAIT ? waiting.length : waiting.length - wait;
    if (end === 0) continue;
    yield secrets.mask(waiting.slice(0, end), { before, place });
    before = (before + waiting.slice(Math.max(0, end - FRONT), end)).slice(-FRONT);
    waiting = waiting.slice(end);
  }
  waiting += decoder.decode();
  if (waiting !== '') yield secrets.mask(waiting, { before, place });
}
