import { SluiceError } from '../index.ts';

/** A line of input. */
export interface InputLine {
  readonly text: string;
  /** Whether a line feed ended it; only the last line may have none. */
  readonly isWhole: boolean;
}

/** Characters of one line: what a server takes as one event, and far more. */
const LONGEST = 64 * 1024 * 1024;

/**
 * The lines of bytes as UTF-8, without their line feeds, each as soon as it is whole. Cold; takes no more from its
 * source than its reader asks for. Fails with `BAD_REQUEST` for a line beyond 64 M characters, and as its source fails.
 * Memory: one chunk and one line.
 */
export async function* inputLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  const decoder = new TextDecoder();
  let head: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
    length += first.length;
    if (length > LONGEST) throw tooLong();
    head.push(first);
    for (const next of rest) {
      yield { text: head.join(''), isWhole: true };
      head = [next];
      length = next.length;
    }
  }
  const last = head.join('') + decoder.decode();
  if (last !== '') yield { text: last, isWhole: false };
}

function tooLong(): SluiceError {
  return new SluiceError(
    'BAD_REQUEST',
    `input: expected lines of at most ${LONGEST} characters, got a longer one.`,
  );
}
