import type { BridgeRequest } from './bridge.ts';

/** How a request of a chat becomes the input of an agent. */
export type ChatInput<Request> = 'auto' | 'request' | 'text' | ((request: Request) => unknown);

/**
 * The input of an agent. `request` is what the client sent, `text` the newest text of the user; `auto` is `text` for an
 * agent whose schema says that it takes a string, else `request`.
 */
export function agentInput<Request>(
  { engine }: Pick<BridgeRequest, 'engine'>,
  request: Request,
  {
    input,
    agent,
    text,
  }: {
    readonly input: ChatInput<Request>;
    readonly agent: string;
    readonly text: (request: Request) => string;
  },
): unknown {
  if (typeof input === 'function') return input(request);
  if (input === 'text') return text(request);
  const { inputSchema } = engine.agentInfos.find(({ name }) => name === agent) ?? {};
  return input === 'auto' && inputSchema?.['type'] === 'string' ? text(request) : request;
}
