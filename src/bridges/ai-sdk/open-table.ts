import type { OpenTable } from '../open-things.ts';
import type { ChatChunk } from './chat-chunk.ts';

/** What can be open in a message of the AI SDK, and has to be opened again: texts and thoughts. */
export const CHAT_OPENERS: OpenTable<ChatChunk> = {
  closers: {
    'text-start': { type: 'text-end', name: 'id' },
    'reasoning-start': { type: 'reasoning-end', name: 'id' },
  },
  begins: 'start',
  ends: ['finish', 'abort'],
  // A message that goes on has begun.
  again: chunk =>
    chunk.type === 'text-start' || chunk.type === 'reasoning-start'
      ? { type: chunk.type, id: chunk.id }
      : undefined,
};
