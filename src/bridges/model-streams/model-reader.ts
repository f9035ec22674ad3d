import type { Clock } from '../../time/clock.ts';
import type { Produced, StreamReader } from '../produced.ts';
import type { ModelToolCall } from './model-answer.ts';

/** How the stream of a model is read. */
export interface ModelReaderOptions {
  /** Measures how long the answer takes. Default: that of the machine. */
  readonly clock?: Clock | undefined;
}

/** Tokens that were read and written. */
export interface ModelUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

/** Reads one answer of a model. Memory: the arguments that are being written, and ids of texts. */
export interface ModelReader extends StreamReader {
  /** Why the model stopped, in the words of its service. */
  readonly finishReason: string | undefined;
  readonly usage: ModelUsage | undefined;
  /** Tools that the model asks for, whole, in order. */
  readonly calls: readonly ModelToolCall[];
  /** What the service says went wrong, and what an agent is to throw. */
  readonly failure: Error | undefined;
  /** The stream broke with what was thrown. */
  fail(thrown: unknown): readonly Produced[];
  /** Nothing follows. What is not whole by then failed, since a connection that breaks looks like an end. */
  end(): readonly Produced[];
}
