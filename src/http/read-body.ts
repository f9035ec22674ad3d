import { SluiceError } from '../errors/sluice-error.ts';

/** Collects a body up to a limit, as text. Rejects with `BODY_TOO_LARGE`, and with `BAD_REQUEST` if it is not UTF-8. */
export async function readBody(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > limit) throw bodyTooLarge(limit);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError('BAD_REQUEST', 'body: expected UTF-8 text, sent to its end.', { cause });
  }
}

/** The body is larger than it may be. */
export function bodyTooLarge(limit: number): SluiceError {
  return new SluiceError(
    'BODY_TOO_LARGE',
    `body: expected at most ${limit} bytes. Pass a reference to large content instead of the content.`,
    { details: { limit } },
  );
}
