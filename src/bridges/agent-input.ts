import type { JsonObject } from '../event/json.ts';
import type { BridgeRequest } from './bridge.ts';

/** How a request of a chat becomes the input of an agent. */
export type ChatInput<Request> = 'auto' | 'request' | 'text' | ((request: Request) => unknown);

/**
 * The input of an agent. `request` is what the client sent, `text` the newest text of the user; `auto` is what the schema
 * of the agent says: the text for one that takes a string, `{ text }` for one that takes that, else the request.
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
  if (input === 'request' || !inputSchema) return request;
  const forms = formsOf(inputSchema);
  if (forms.some(takesText)) return text(request);
  return forms.some(takesTextMember) ? { text: text(request) } : request;
}

function formsOf(schema: JsonObject): readonly JsonObject[] {
  const forms = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(forms) ? (forms as readonly JsonObject[]) : [schema];
}

function takesText({ type }: JsonObject): boolean {
  return type === 'string';
}

function takesTextMember({ properties }: JsonObject): boolean {
  const { text, messages } = (properties ?? {}) as {
    readonly text?: JsonObject;
    readonly messages?: JsonObject;
  };
  return text !== undefined && messages === undefined && takesText(text);
}
