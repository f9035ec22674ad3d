import { MappedTeller } from '../mapped-teller.ts';
import type { Teller } from '../teller.ts';
import { ChatMapper } from './chat-mapper.ts';
import type { ChatOptions } from './chat-stream.ts';

/** One run for one client of the AI SDK. */
export function chatTeller(options: ChatOptions): Teller {
  const mapper = new ChatMapper(options);
  return new MappedTeller(mapper, ({ chunk, cursor }) => ({ said: chunk, cursor }), 'data: [DONE]\n\n');
}
