import type { OperatorFunction } from 'rxjs';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { stepOperator } from '../../operators/step.ts';
import type { ChatChunk } from './chat-chunk.ts';
import { ChatMapper } from './chat-mapper.ts';
import type { ChatOptions } from './chat-stream.ts';

/**
 * A run as chunks of the AI SDK's UI message stream; see {@link ChatMapper}. An item becomes none, one or several. What a
 * question stops goes on behind another `start` of the same message.
 *
 * @marbles source `-s-t-t-c|` (s started, t token, c complete), result `-s-(pot)-t-(epf)|` (p steps, o opens, e ends the text)
 * @temperature cold: what is open is known per subscriber
 * @timing synchronous
 * @ordering kept
 * @completes with the source; a source that ends before its run leaves open what is open
 * @errors passes source errors
 * @memory 64 texts and 1,000 calls
 */
export function toChatChunks(options: ChatOptions = {}): OperatorFunction<RunEvent | Notice, ChatChunk> {
  return stepOperator(sink => {
    const mapper = new ChatMapper(options);
    return {
      next: item => {
        for (const { chunk } of mapper.next(item)) sink.next(chunk);
      },
      complete: () => sink.complete(),
    };
  });
}
