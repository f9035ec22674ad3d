import { SluiceError } from '../errors/sluice-error.ts';
import { bodyTooLarge } from './read-body.ts';

/**
 * The lines of a body as they come: each value is the lines that one chunk completed, and the next chunk is not asked for
 * before. The last line needs no line break, unless the body is cut. Memory: one chunk and one line.
 * Rejects with `BODY_TOO_LARGE` for a line longer than `limit` characters, and with `BAD_REQUEST` if the body is cut or
 * not UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  const linesOf = (text: string): string[] => {
    const at = text.lastIndexOf('\n');
    // Only what is new is looked through: a long line comes in many chunks.
    const lines = at < 0 ? [] : (rest + text.slice(0, at)).split('\n');
    rest = at < 0 ? rest + text : text.slice(at + 1);
    if (rest.length > limit || lines.some(line => line.length > limit)) throw bodyTooLarge(limit);
    return lines;
  };
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw notUtf8(cause);
    }
  };
  for await (const chunk of uncut(chunks)) {
    const lines = linesOf(decode(chunk));
    if (lines.length > 0) yield lines;
  }
  decode();
  if (rest !== '') yield [rest];
}

async function* uncut(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw new SluiceError('BAD_REQUEST', 'body: it was cut before its end.', { cause });
  }
}

function notUtf8(cause: unknown): SluiceError {
  return new SluiceError('BAD_REQUEST', 'body: expected UTF-8 text.', { cause });
}
