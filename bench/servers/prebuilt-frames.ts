import { toSseFrame, type RunEvent } from '../../src/index.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';

const POOL = 1_024;
const events = prebuiltTokens(POOL);

/** What a browser is told first. */
export const HELLO = Buffer.from('retry: 2000\n\n');

/** Frames of `count` tokens at a time, as one buffer each. */
export function prebuiltFrames(count: number): readonly Buffer[] {
  return Array.from({ length: POOL / count }, (_, at) =>
    Buffer.from(
      events
        .slice(at * count, (at + 1) * count)
        .map(event => toSseFrame(event))
        .join(''),
    ),
  );
}

/** One token's frame with this text. */
export function frameOf(text: string): Buffer {
  return Buffer.from(toSseFrame({ ...events[0]!, data: { content: text } } as RunEvent));
}
