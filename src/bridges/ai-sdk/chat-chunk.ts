import type { Json } from '../../event/json.ts';

/** Where a client that has a chunk goes on, under the name `sluice`. */
export interface ChatPlace {
  readonly cursor?: string;
  readonly [fact: string]: Json | undefined;
}

interface OfPart {
  readonly providerMetadata?: { readonly sluice: ChatPlace };
}
interface OfMessage {
  readonly messageMetadata?: { readonly sluice: ChatPlace };
}
interface OfText extends OfPart {
  readonly id: string;
}
interface OfCall extends OfPart {
  readonly toolCallId: string;
  readonly providerExecuted?: boolean;
  readonly dynamic?: boolean;
}

/** A chunk of the AI SDK's UI message stream, as far as runs of Sluice need them. */
export type ChatChunk =
  | ({ readonly type: 'start'; readonly messageId: string } & OfMessage)
  | ({ readonly type: 'finish'; readonly finishReason: 'stop' | 'error' | 'tool-calls' } & OfMessage)
  | { readonly type: 'abort'; readonly reason?: string }
  | { readonly type: 'error'; readonly errorText: string }
  | { readonly type: 'start-step' | 'finish-step' }
  | ({ readonly type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end' } & OfText)
  | ({ readonly type: 'text-delta' | 'reasoning-delta'; readonly delta: string } & OfText)
  | ({ readonly type: 'tool-input-start'; readonly toolName: string } & OfCall)
  | { readonly type: 'tool-input-delta'; readonly toolCallId: string; readonly inputTextDelta: string }
  | ({ readonly type: 'tool-input-available'; readonly toolName: string; readonly input: Json } & OfCall)
  | ({
      readonly type: 'tool-output-available';
      readonly output: Json;
      readonly preliminary?: boolean;
    } & OfCall)
  | ({ readonly type: 'tool-output-error'; readonly errorText: string } & OfCall)
  | ({
      readonly type: 'source-url';
      readonly sourceId: string;
      readonly url: string;
      readonly title?: string;
    } & OfPart)
  | ({
      readonly type: 'source-document';
      readonly sourceId: string;
      readonly mediaType: string;
      readonly title: string;
      readonly filename?: string;
    } & OfPart)
  | ({ readonly type: 'file'; readonly mediaType: string; readonly url: string } & OfPart)
  | {
      readonly type: `data-${string}`;
      readonly id?: string;
      readonly data: Json;
      readonly transient?: boolean;
    };
