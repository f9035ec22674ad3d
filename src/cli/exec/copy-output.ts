import { asyncScheduler, type Subscription } from 'rxjs';
import type { Readable } from 'node:stream';
import type { Output } from '../command-host.ts';
import { LineCutter, type OutputText } from './line-cutter.ts';

/** Milliseconds after which the beginning of a line is told without its end, such as a question. */
const UNFINISHED = 100;
/** The same for what begins like a JSON object. */
const UNFINISHED_JSON = 1_000;

/**
 * Passes on what a program writes, byte by byte, and tells it as text. Reads no faster than both are taken, so that the
 * program waits when they do. Resolves at the end of the source, or with what the output failed with; the source is
 * closed then, and the program finds that as it would without anybody between.
 */
export async function copyOutput(
  source: Readable,
  output: Output,
  tell: (text: OutputText) => Promise<void>,
): Promise<unknown> {
  const lines = new LineCutter();
  let timer: Subscription | undefined;
  const tellRest = (): void => {
    const text = lines.flush();
    if (text) void tell(text);
  };
  try {
    for await (const bytes of source as AsyncIterable<Uint8Array>) {
      timer?.unsubscribe();
      const passed = output.write(bytes);
      const text = lines.push(bytes);
      const told = text && tell(text);
      if (lines.hasRest) {
        timer = asyncScheduler.schedule(tellRest, lines.mayBeJson ? UNFINISHED_JSON : UNFINISHED);
      }
      await passed;
      await told;
    }
  } catch (error) {
    if (!isClosedHere(error)) return error;
  } finally {
    timer?.unsubscribe();
    const text = lines.end();
    if (text) await tell(text);
  }
  return undefined;
}

/** A source that is closed here before its end says so. */
function isClosedHere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
