import type { RunContext } from '../../run/context.ts';
import { randomName } from '../../time/random-name.ts';
import { Narrator } from '../narrator.ts';
import { readParts, type PartSource } from '../read-parts.ts';
import { withLedger } from '../tool-ledger.ts';
import type { ApprovalRequest } from './call-parts.ts';
import type { TokenUsage } from './model-call.ts';
import { TextStreamReader } from './text-stream-reader.ts';
import { partOfChunk } from './ui-chunk.ts';

/** What came of a stream. */
export interface ToldStream {
  /** The text of its last step that said something. */
  readonly text: string;
  readonly finishReason: string | undefined;
  /** Of all its steps together. */
  readonly usage: TokenUsage | undefined;
  /** Calls of tools that wait for a person. */
  readonly approvals: readonly ApprovalRequest[];
}

/** How a stream is told. */
export interface TellOptions {
  /** Goes on with what an earlier stream of the same run began. Default: a reader of its own. */
  readonly reader?: TextStreamReader | undefined;
}

/**
 * Tells the parts of `streamText(…).fullStream` in a run, as fast as they are stored, and resolves when the stream is
 * over. When the run stops it is not read any more. Rejects with what the stream says or throws; `STORAGE_LOST`.
 */
export function tellTextStream(
  ctx: RunContext<never> | RunContext,
  parts: PartSource,
  options: TellOptions = {},
): Promise<ToldStream> {
  return tell(ctx, parts, part => part, options);
}

/**
 * The same for a UI message stream: its chunks (`toUIMessageStream()`, `createUIMessageStream`), or its server-sent events
 * as bytes or text, such as the body of an answer of somebody's chat endpoint.
 */
export function tellUiMessageStream(
  ctx: RunContext<never> | RunContext,
  chunks: PartSource,
  options: TellOptions = {},
): Promise<ToldStream> {
  return tell(ctx, chunks, partOfChunk, options);
}

/** A reader whose ids are unique in the run. */
export function readerIn(isTold: (tool: unknown, callId: unknown) => boolean): TextStreamReader {
  return new TextStreamReader({ prefix: `${randomName(6)}/`, isTold });
}

function tell(
  ctx: RunContext<never> | RunContext,
  source: PartSource,
  partOf: (part: unknown) => unknown,
  options: TellOptions,
): Promise<ToldStream> {
  return withLedger(ctx, async ledger => {
    const reader = options.reader ?? readerIn((tool, callId) => ledger.has(tool, callId));
    const narrator = new Narrator(ctx);
    let text = '';
    let isNewStep = true;
    try {
      for await (const part of readParts(source, ctx.signal)) {
        const events = reader.read(partOf(part));
        for (const { type, data } of events) {
          if (type === 'step') isNewStep = true;
          const { content, role } = data;
          if (type !== 'token' || role !== undefined || typeof content !== 'string' || content === '')
            continue;
          text = `${isNewStep ? '' : text}${content}`;
          isNewStep = false;
        }
        await narrator.say(events);
      }
      if (reader.failure) throw reader.failure.thrown as Error;
    } catch (thrown) {
      await narrator.say(reader.fail(thrown));
      throw thrown;
    }
    const { finishReason, usage } = reader;
    return { text, finishReason, usage, approvals: reader.takeApprovals() };
  });
}
