import type { JsonObject } from '../../event/json.ts';
import { textOf } from './text-of.ts';

/** What may stand in an attribute. */
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** How the events of one kind of work become a span. */
export interface SpanRow {
  /** Of the GenAI conventions; `gen_ai.operation.name`. Absent where they have no word for it. */
  readonly operation?: string;
  /** Calls to somebody else are of the kind CLIENT, what happens here is INTERNAL. */
  readonly isCall?: true;
  /** The span's name, and attributes that are known when it begins. */
  readonly begin: (data: JsonObject) => { readonly name: string; readonly attributes: Attributes };
  /** Content, which is written only where somebody asks for it: attributes from the data of events. */
  readonly content?: Readonly<Record<string, string>>;
}

/**
 * Which events begin, end and fail which span; names and attributes as in the GenAI conventions
 * (https://github.com/open-telemetry/semantic-conventions-genai, status Development), what they do not name under
 * `sluice.`. The first part of a type is the row: `tool.called` begins `tool`.
 */
export const SPANS: Readonly<Record<string, SpanRow>> = {
  tool: {
    operation: 'execute_tool',
    begin: ({ tool, callId }) => ({
      name: `execute_tool ${textOf(tool)}`,
      attributes: { 'gen_ai.tool.name': textOf(tool), 'gen_ai.tool.call.id': textOf(callId) },
    }),
    content: { args: 'gen_ai.tool.call.arguments', result: 'gen_ai.tool.call.result' },
  },
  llm: {
    operation: 'chat',
    isCall: true,
    begin: ({ model }) => ({
      name: model === undefined ? 'chat' : `chat ${textOf(model)}`,
      attributes: { 'gen_ai.request.model': model === undefined ? undefined : textOf(model) },
    }),
    content: { messages: 'gen_ai.input.messages', response: 'gen_ai.output.messages' },
  },
  pipeline: {
    operation: 'invoke_workflow',
    begin: ({ name }) => ({
      name: `invoke_workflow ${textOf(name)}`,
      attributes: { 'gen_ai.workflow.name': textOf(name) },
    }),
    content: { results: 'sluice.results' },
  },
  wave: {
    begin: ({ index }) => ({ name: `wave ${textOf(index)}`, attributes: { 'sluice.wave': Number(index) } }),
  },
  node: {
    begin: ({ name }) => ({ name: `node ${textOf(name)}`, attributes: { 'sluice.node': textOf(name) } }),
    content: { result: 'sluice.result' },
  },
};

/** The second part of types that begin a span, end it well, and end it badly. */
export const BEGINS: ReadonlySet<string> = new Set(['called', 'prompt', 'started']);
export const FAILS: ReadonlySet<string> = new Set(['failed']);

/** What is told as an event of the span around it. */
export const SPAN_EVENTS: ReadonlySet<string> = new Set([
  ...['ask', 'answer', 'control.decided', 'error', 'checkpoint', 'artifact', 'node.skipped'],
]);

/** All types that spans are made of; tokens and messages are not among them. */
export const TRACED = [...Object.keys(SPANS).map(row => `${row}.*`), 'checkpoint', 'artifact'];

/** Tokens and cost, wherever an event tells them. */
export function usageOf({ usage }: JsonObject): Attributes {
  const { inputTokens, outputTokens, cost } = Object(usage) as Readonly<Record<string, unknown>>;
  return {
    'gen_ai.usage.input_tokens': numberOf(inputTokens),
    'gen_ai.usage.output_tokens': numberOf(outputTokens),
    'sluice.usage.cost': numberOf(cost),
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
