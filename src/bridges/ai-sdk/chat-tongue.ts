import { runFacts, type Tongue } from '../run-mapper.ts';
import type { ChatChunk } from './chat-chunk.ts';
import type { ChatStream } from './chat-stream.ts';
import { tellChatEvent, tellChatNotice } from './tell-chat-event.ts';

/** How runs are told in chunks, whatever becomes of them. */
export const AI_SDK: Omit<Tongue<ChatChunk, ChatStream, never>, 'place'> = {
  isFramed: false,
  begin: (stream, item) => stream.begin(item?.runId ?? '', runFacts(item)),
  tell: tellChatEvent,
  tellNotice: tellChatNotice,
};

/** Where the AI SDK keeps what a chunk says beside the message. */
export const METADATA: Readonly<Record<string, 'providerMetadata' | 'messageMetadata'>> = {
  ...{ start: 'messageMetadata', finish: 'messageMetadata' },
  ...{ 'text-start': 'providerMetadata', 'text-delta': 'providerMetadata', 'text-end': 'providerMetadata' },
  'reasoning-start': 'providerMetadata',
  'reasoning-delta': 'providerMetadata',
  'reasoning-end': 'providerMetadata',
  'tool-input-start': 'providerMetadata',
  'tool-input-available': 'providerMetadata',
  'tool-output-available': 'providerMetadata',
  'tool-output-error': 'providerMetadata',
  'source-url': 'providerMetadata',
  'source-document': 'providerMetadata',
  file: 'providerMetadata',
};
