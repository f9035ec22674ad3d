import type { Json, JsonObject } from '../../event/json.ts';

/** Where a task is in its life, as A2A 1.0 writes it in JSON; the first stands for any. */
export const TASK_STATES = [
  'TASK_STATE_UNSPECIFIED',
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_WORKING',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_AUTH_REQUIRED',
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_REJECTED',
] as const;

/** Where a task is in its life. */
export type A2aTaskState = Exclude<(typeof TASK_STATES)[number], 'TASK_STATE_UNSPECIFIED'>;

/** A piece of content: exactly one of `text`, `data`, `url`, `raw` (base64). */
export interface A2aPart {
  readonly text?: string;
  readonly data?: Json;
  readonly url?: string;
  readonly raw?: string;
  readonly filename?: string;
  readonly mediaType?: string;
  readonly metadata?: JsonObject;
}

/** One turn of a conversation. */
export interface A2aMessage {
  readonly messageId: string;
  readonly role: 'ROLE_USER' | 'ROLE_AGENT';
  readonly parts: readonly A2aPart[];
  readonly taskId?: string;
  readonly contextId?: string;
  readonly metadata?: JsonObject;
  readonly extensions?: readonly string[];
  readonly referenceTaskIds?: readonly string[];
}

/** A result, or a part of one. */
export interface A2aArtifact {
  readonly artifactId: string;
  readonly name?: string;
  readonly description?: string;
  readonly parts: readonly A2aPart[];
  readonly metadata?: JsonObject;
  readonly extensions?: readonly string[];
}

/** How a task is, and what was said about it last. */
export interface A2aTaskStatus {
  readonly state: A2aTaskState;
  readonly message?: A2aMessage;
  /** RFC 3339. */
  readonly timestamp?: string;
}

/** A piece of work with all that is known of it. */
export interface A2aTask {
  readonly id: string;
  readonly contextId: string;
  readonly status: A2aTaskStatus;
  readonly artifacts?: readonly A2aArtifact[];
  readonly history?: readonly A2aMessage[];
  readonly metadata?: JsonObject;
}

/** A task is in another state, or said something about how it is. */
export interface A2aStatusUpdate {
  readonly taskId: string;
  readonly contextId: string;
  readonly status: A2aTaskStatus;
  readonly metadata?: JsonObject;
}

/** A task has a new artifact, or more of one. */
export interface A2aArtifactUpdate {
  readonly taskId: string;
  readonly contextId: string;
  readonly artifact: A2aArtifact;
  /** The parts come behind those of the artifact that are known already. Absent: they replace them. */
  readonly append?: boolean;
  readonly lastChunk?: boolean;
  readonly metadata?: JsonObject;
}

/** What a stream carries: exactly one of them. */
export type A2aStreamResponse =
  | { readonly task: A2aTask }
  | { readonly message: A2aMessage }
  | { readonly statusUpdate: A2aStatusUpdate }
  | { readonly artifactUpdate: A2aArtifactUpdate };
