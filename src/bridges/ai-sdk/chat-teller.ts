import { MappedTeller } from '../mapped-teller.ts';
import { RunMapper } from '../run-mapper.ts';
import type { Teller } from '../teller.ts';
import { ChatStream, type ChatOptions } from './chat-stream.ts';
import { AI_SDK } from './chat-tongue.ts';
import { chunkFrame } from './chunk-text.ts';

/** One run for one client of the AI SDK. */
export function chatTeller(options: ChatOptions): Teller {
  const mapper = new RunMapper(new ChatStream(options), { ...AI_SDK, place: chunkFrame });
  return new MappedTeller(mapper, 'data: [DONE]\n\n');
}
