import { SluiceError } from '../../errors/sluice-error.ts';
import { parseFilter, type FilterSpec } from '../../event/filter.ts';
import type { ChatInput } from '../agent-input.ts';
import type { Bridge } from '../bridge.ts';
import { checkPlace } from '../check-place.ts';
import { problemDocument } from '../problem-document.ts';
import { CHAT_OPERATIONS } from './chat-operations.ts';
import type { CheckedChat } from './chat-request.ts';
import { chatRoutes } from './chat-routes.ts';

/** What a chat of the AI SDK sends. */
export type AiSdkChatRequest = CheckedChat;

/** How chats of the AI SDK are served. All optional. */
export interface AiSdkChatOptions {
  /** Where it is served. Default: `/api/chat`, where `useChat` looks for it. */
  readonly at?: string | undefined;
  /** The agent that is served. Default: what `?agent=` says, or the only one there is. */
  readonly agent?: string | undefined;
  /**
   * What the agent is given: the `request` as the client sent it, the newest `text` of the user, or what a function makes
   * of the request. Default: `auto`, which is what its schema says: the text for an agent that takes a string, `{ text }`
   * for one that takes that, else the request.
   */
  readonly input?: ChatInput<AiSdkChatRequest> | undefined;
  /** Which types are told. Lifecycle, questions and decisions always are. Default: all. */
  readonly filter?: FilterSpec | undefined;
  /** Whether calls of tools are `dynamic-tool` parts, and not `tool-<name>`. Default: false. */
  readonly dynamicTools?: boolean | undefined;
}

/**
 * Answers chats of the AI SDK 5 to 7, such as `useChat`: each message is answered by a run in the thread of the chat, which
 * goes on when the client leaves, is replayed when it returns, and is stopped only when it is told to. Needs no package of
 * the AI SDK. Give it to a server as `bridges: [aiSdkChat()]`. Throws `BAD_OPTION`, `BAD_FILTER`.
 */
export function aiSdkChat({
  at = '/api/chat',
  agent,
  input = 'auto',
  filter,
  dynamicTools = false,
}: AiSdkChatOptions = {}): Bridge {
  if (at === '') throw new SluiceError('BAD_OPTION', 'aiSdkChat: at: expected a path such as /api/chat.');
  const names = filter === undefined ? undefined : parseFilter(filter).spec.join(',');
  return {
    ...{ name: 'ai-sdk', at: checkPlace('ai-sdk', at), refusal: problemDocument },
    routes: chatRoutes({ agent, input, filter: names, dynamicTools }),
    operations: CHAT_OPERATIONS,
  };
}
