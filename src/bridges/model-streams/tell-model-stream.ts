import type { RunContext } from '../../run/context.ts';
import { Narrator } from '../narrator.ts';
import type { Produced } from '../produced.ts';
import { readParts, type PartSource } from '../read-parts.ts';
import { AnthropicReader } from './anthropic-reader.ts';
import type { ModelToolCall } from './model-answer.ts';
import type { ModelReader, ModelUsage } from './model-reader.ts';
import { OpenAiReader } from './openai-reader.ts';

/** What a model answered. */
export interface ModelTold {
  readonly text: string;
  readonly finishReason: string | undefined;
  readonly usage: ModelUsage | undefined;
  /** Tools that it asks for, to be called with `ctx.tool`. */
  readonly calls: readonly ModelToolCall[];
}

/** How a stream is told. */
export interface TellModelOptions {
  /** Tells the call itself, as `llm.prompt` and `llm.response`; false inside of `ctx.llm`, which does. Default: true. */
  readonly call?: boolean | undefined;
}

/**
 * Tells a streamed response of OpenAI in a run, as fast as it is stored: events that the `openai` package yields, or the
 * body of an answer, as bytes or text of server-sent events. When the run stops it is not read any more. Rejects with
 * what the service says or the stream throws, and where it ends too early; `STORAGE_LOST`.
 */
export function tellOpenAiResponse(
  ctx: RunContext<never> | RunContext,
  events: PartSource,
  options: TellModelOptions = {},
): Promise<ModelTold> {
  return tell(ctx, events, new OpenAiReader(), options);
}

/** The same for a streamed message of Anthropic: events that `@anthropic-ai/sdk` yields, or the body of an answer. */
export function tellAnthropicMessage(
  ctx: RunContext<never> | RunContext,
  events: PartSource,
  options: TellModelOptions = {},
): Promise<ModelTold> {
  return tell(ctx, events, new AnthropicReader(), options);
}

async function tell(
  ctx: RunContext<never> | RunContext,
  source: PartSource,
  reader: ModelReader,
  { call = true }: TellModelOptions,
): Promise<ModelTold> {
  const narrator = new Narrator(ctx);
  const said: string[] = [];
  const say = async (part: readonly Produced[]): Promise<void> => {
    const events = call ? part : part.filter(({ type }) => !type.startsWith('llm.'));
    for (const { type, data } of events) {
      if (type === 'token' && data['role'] === undefined) said.push(data['content'] as string);
    }
    await narrator.say(events);
  };
  try {
    for await (const part of readParts(source, ctx.signal)) await say(reader.read(part));
  } catch (thrown) {
    await say(reader.fail(thrown));
    throw thrown;
  }
  await say(reader.end());
  if (reader.failure) throw reader.failure;
  const { finishReason, usage, calls } = reader;
  return { text: said.join(''), finishReason, usage, calls };
}
