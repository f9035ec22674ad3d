import type * as z from 'zod';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { Agent } from '../../engine/define-agent.ts';
import type { RunContext } from '../../run/context.ts';
import type { PartSource } from '../read-parts.ts';
import { withLedger } from '../tool-ledger.ts';
import { askApprovals, type ApprovalQuestion } from './approvals.ts';
import { readerIn, tellTextStream, tellUiMessageStream, type ToldStream } from './tell-streams.ts';

/** What `streamText` gives, as far as it is read. */
export interface TextStreamResult {
  readonly fullStream: PartSource;
  /** Read once the stream is over, and only where a tool waits for a person. */
  readonly response?: PromiseLike<{ readonly messages: readonly unknown[] }> | undefined;
}

/** One call of the model, or several if it calls tools. */
export interface AiSdkTurn<Input> {
  readonly input: Input;
  /** The conversation so far, as `messages` of `streamText`. */
  readonly messages: never[];
}

/** A call of the AI SDK as an agent. */
export interface AiSdkAgentOptions<Input, Output> {
  /** How it is started by name: a letter, then letters, digits, `_`, `.` or `-`; at most 64. */
  readonly name: string;
  readonly description?: string | undefined;
  /** Input that does not match is refused with `BAD_INPUT`. */
  readonly input?: z.ZodType<Input> | undefined;
  /**
   * Begins to stream: `streamText({ model, messages, tools: gatedTools(tools), abortSignal: ctx.signal })`, or a UI message
   * stream of anybody. Called again with the conversation after people were asked about calls of tools.
   */
  readonly stream: (
    ctx: RunContext<Input>,
    turn: AiSdkTurn<Input>,
  ) => TextStreamResult | PartSource | Promise<TextStreamResult | PartSource>;
  /** The conversation that a run begins with. Default: a text is what the user says; a list, or `messages`, is the conversation. */
  readonly toMessages?: ((input: Input) => readonly unknown[]) | undefined;
  /** The run's output. Default: the text of the last step. */
  readonly toOutput?: ((told: ToldStream) => Output | Promise<Output>) | undefined;
  /** What a person is asked before a tool with `needsApproval` is called. Default: the tool and its arguments. */
  readonly question?: ApprovalQuestion | undefined;
}

/**
 * A stream of the AI SDK as an agent for `createEngine({ agents })` or `engine.start`. A tool that needs an approval is a
 * question of the run; a cancel fires `ctx.signal` and the stream is left; what it says or throws ends the run as `error`.
 */
export function aiSdkAgent<Input = unknown, Output = string>({
  name,
  description,
  input,
  stream,
  toMessages = messagesOf,
  toOutput,
  question,
}: AiSdkAgentOptions<Input, Output>): Agent<Input, Output> {
  return {
    ...{ name, description, framework: 'ai-sdk', input },
    run: (ctx, given) =>
      withLedger(ctx, async ledger => {
        const any = ctx as unknown as RunContext;
        const reader = readerIn((tool, callId) => ledger.has(tool, callId));
        let messages: readonly unknown[] = toMessages(given);
        for (;;) {
          const result = await stream(ctx, { input: given, messages: messages as never[] });
          const isResult = 'fullStream' in result;
          const told = isResult
            ? await tellTextStream(any, result.fullStream, { reader })
            : await tellUiMessageStream(any, result, { reader });
          if (told.approvals.length === 0) return toOutput ? await toOutput(told) : (told.text as Output);
          const response = isResult ? await result.response : undefined;
          if (!response) throw noConversation(name);
          messages = [...messages, ...response.messages, await askApprovals(any, told.approvals, question)];
        }
      }),
  };
}

function messagesOf(input: unknown): readonly unknown[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (Array.isArray(input)) return input;
  const { messages, prompt } = (input ?? {}) as { messages?: unknown; prompt?: unknown };
  if (Array.isArray(messages)) return messages;
  return typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : [];
}

function noConversation(name: string): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `agent ${name}: stream: expected what streamText returns where a tool waits for an approval, got a stream of chunks, which nobody can go on with.`,
  );
}
