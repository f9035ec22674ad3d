import type { JsonObject } from '../event/json.ts';

/** What is to happen, or just failed: an event before it is one. */
export interface Matter {
  /** `tool.called`, `node.started`, `llm.prompt` … before; `tool.failed`, `node.failed` … after a failure. */
  readonly type: string;
  readonly data: JsonObject;
  readonly node?: string | undefined;
}

/** Where and for whom it is to happen. */
export interface ExecutionContext {
  readonly runId: string;
  readonly tenantId: string;
  readonly threadId?: string | undefined;
  /** Slash path of the steps around it. */
  readonly node?: string | undefined;
  /** Which wave of a graph. */
  readonly wave?: number | undefined;
  /** 1 for the first time. */
  readonly attempt: number;
  readonly metadata?: JsonObject | undefined;
  /** Fires when the run is to stop: nobody waits for the verdict any more. */
  readonly signal: AbortSignal;
  /** After a failure: what was thrown, as it was; in this process only. */
  readonly error?: unknown;
  /** For policies with `raw`: the subject as it was before redaction; at the call only. */
  readonly raw?: Matter | undefined;
  /** Asks a person, as `ctx.ask` does; absent where the subject is a statement or belongs to no run of an engine. */
  readonly ask?: ((question: string, options?: AskPerson) => Promise<unknown>) | undefined;
}

/** How a policy asks a person. */
export interface AskPerson {
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly default?: unknown;
  /** JSON-compatible zod schema of the answer. */
  readonly schema?: unknown;
}
