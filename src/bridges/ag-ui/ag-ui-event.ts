import type { Json, JsonObject } from '../../event/json.ts';

/** What Sluice says of an event of AG-UI, under `metadata.sluice`. */
export interface AgUiPlace {
  /** Where a client that has this event goes on: `Last-Event-ID` and `?after=` take it, unchanged. */
  readonly cursor?: string;
  readonly [fact: string]: Json | undefined;
}

/** What every event of AG-UI may hold. */
export interface AgUiBase<Type extends string> {
  readonly type: Type;
  /** Milliseconds since the epoch. */
  readonly timestamp?: number;
  /** The event of Sluice, where AG-UI has no place for all of it. */
  readonly rawEvent?: unknown;
  readonly metadata?: { readonly sluice: AgUiPlace };
}

/** A question, as AG-UI puts it. */
export interface AgUiInterrupt {
  /** `run:ask`: what `resume` of the next input names. */
  readonly id: string;
  readonly reason: string;
  readonly message?: string;
  readonly responseSchema?: JsonObject;
  /** RFC 3339. */
  readonly expiresAt?: string;
  readonly metadata?: { readonly sluice: { readonly runId: string; readonly askId: string } };
}

/** How a run of AG-UI ends. */
export type AgUiOutcome =
  | { readonly type: 'success' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'interrupt'; readonly interrupts: readonly AgUiInterrupt[] };

/** Tokens that models took and gave. */
export interface AgUiUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

interface OfRun {
  readonly threadId: string;
  readonly runId: string;
}
interface OfMessage {
  readonly messageId: string;
}
interface OfCall {
  readonly toolCallId: string;
}
interface OfStep {
  readonly stepName: string;
}

/** The roles that a text may have in AG-UI. */
export type AgUiRole = 'assistant' | 'user' | 'system' | 'developer';

/** An event of AG-UI 1.0, as far as runs of Sluice need them. */
export type AgUiEvent =
  | (AgUiBase<'RUN_STARTED'> & OfRun & { readonly protocolVersion: string; readonly parentRunId?: string })
  | (AgUiBase<'RUN_FINISHED'> &
      OfRun & {
        readonly outcome: AgUiOutcome;
        readonly result?: Json;
        readonly usage?: readonly AgUiUsage[];
      })
  | (AgUiBase<'RUN_ERROR'> & { readonly message: string; readonly code?: string })
  | (AgUiBase<'STEP_STARTED'> & OfStep)
  | (AgUiBase<'STEP_FINISHED'> & OfStep)
  | (AgUiBase<'TEXT_MESSAGE_START'> & OfMessage & { readonly role: AgUiRole; readonly name?: string })
  | (AgUiBase<'TEXT_MESSAGE_CONTENT'> & OfMessage & { readonly delta: string })
  | (AgUiBase<'TEXT_MESSAGE_END'> & OfMessage)
  | (AgUiBase<'REASONING_START'> & OfMessage)
  | (AgUiBase<'REASONING_MESSAGE_START'> & OfMessage & { readonly role: 'reasoning' })
  | (AgUiBase<'REASONING_MESSAGE_CONTENT'> & OfMessage & { readonly delta: string })
  | (AgUiBase<'REASONING_MESSAGE_END'> & OfMessage)
  | (AgUiBase<'REASONING_END'> & OfMessage)
  | (AgUiBase<'TOOL_CALL_START'> & OfCall & { readonly toolCallName: string })
  | (AgUiBase<'TOOL_CALL_ARGS'> & OfCall & { readonly delta: string })
  | (AgUiBase<'TOOL_CALL_END'> & OfCall)
  | (AgUiBase<'TOOL_CALL_RESULT'> & OfCall & OfMessage & { readonly content: string; readonly role: 'tool' })
  | (AgUiBase<'ACTIVITY_SNAPSHOT'> &
      OfMessage & {
        readonly activityType: string;
        readonly content: JsonObject;
        readonly replace: boolean;
      })
  | (AgUiBase<'STATE_SNAPSHOT'> & { readonly snapshot: Json })
  | (AgUiBase<'STATE_DELTA'> & { readonly delta: readonly Json[] })
  | (AgUiBase<'MESSAGES_SNAPSHOT'> & { readonly messages: readonly JsonObject[] })
  | (AgUiBase<'CUSTOM'> & { readonly name: string; readonly value: Json });

/** The name of a type of {@link AgUiEvent}. */
export type AgUiType = AgUiEvent['type'];
