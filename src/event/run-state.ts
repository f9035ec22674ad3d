import type { Json } from './json.ts';
import type { Notice } from './notice.ts';
import type { CustomEvent, EventData, EventSource, RunEvent, RunStatus } from './run-event.ts';

/** A text that was streamed: the tokens of one `messageId`; or of one node until their `finishReason`, thoughts apart. */
export interface RunMessage {
  /** `messageId`, or the node's path, or empty. */
  readonly id: string;
  readonly text: string;
  readonly role: string | undefined;
  readonly finishReason: string | undefined;
  /** Of its first token; of no other message. */
  readonly seq: number;
}

/** How far something has come. */
export type ActivityState = 'running' | 'done' | 'failed' | 'skipped';

/** Something the run does. `seq` is that of the event it began with, so that lists can be put in one order. */
export interface RunActivity {
  readonly kind: 'tool' | 'node' | 'model' | 'step' | 'pipeline' | 'wave';
  /** `callId`, the node's path, or the seq of a step, pipeline or wave. */
  readonly id: string;
  /** The tool, the node, the model, the step, the pipeline; the index of a wave. */
  readonly name: string;
  readonly state: ActivityState;
  readonly node: string | undefined;
  readonly seq: number;
  /** When that was; RFC 3339. */
  readonly startedAt: string;
  /** When it was over, as its last event tells; RFC 3339. */
  readonly endedAt: string | undefined;
  /** Which try it is, from 1. */
  readonly attempt: number | undefined;
  /** Index of the wave that a node is in, and of a wave itself. */
  readonly wave: number | undefined;
  readonly durationMs: number | undefined;
  /** Arguments of a tool, messages of a model, names of the nodes of a wave, `{ waves, nodes }` of a pipeline. */
  readonly input: unknown;
  /** Result of a tool or node, response of a model. */
  readonly output: unknown;
  readonly error: string | undefined;
}

/** Events that nobody can give any more, or that were dropped for a slow reader; both ends included. */
export interface RunGap {
  readonly from: number;
  readonly to: number;
  readonly reason: Extract<Notice, { notice: 'gap' }>['reason'];
}

/** Something the run made. Parts are put together: texts and lists are joined, anything else replaces. */
export interface RunArtifact {
  readonly artifactId: string;
  readonly artifactType: string;
  readonly name: string | undefined;
  readonly data: Json;
  readonly isComplete: boolean;
  readonly seq: number;
}

/** What a run adds up to for somebody who looks at it. Plain data; never changed in place. */
export interface RunState {
  readonly status: RunStatus;
  readonly runId: string | undefined;
  readonly agent: string | undefined;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** The final event. */
  readonly end: RunEvent | undefined;
  /** Position behind all of it. */
  readonly cursor: string | undefined;
  /** Events that were counted, and events that a gap has swallowed. */
  readonly seen: number;
  readonly missed: number;
  /** Where those were. */
  readonly gaps: readonly RunGap[];
  /** Entries that were dropped from the fronts of the lists below. */
  readonly dropped: number;
  /** Whether the run expired or was erased. */
  readonly isGone: boolean;
  /** Since when the server waits for its storage; RFC 3339. */
  readonly degradedSince: string | undefined;
  readonly phase: string | undefined;
  readonly progress: EventData['progress'] | undefined;
  readonly messages: readonly RunMessage[];
  readonly tools: readonly RunActivity[];
  readonly nodes: readonly RunActivity[];
  readonly models: readonly RunActivity[];
  readonly steps: readonly RunActivity[];
  readonly pipelines: readonly RunActivity[];
  readonly waves: readonly RunActivity[];
  readonly artifacts: readonly RunArtifact[];
  readonly decisions: readonly EventData['control.decided'][];
  /** What an agent did to its environment, and what it saw. */
  readonly turns: readonly Extract<RunEvent, { type: 'action' | 'observation' }>[];
  /** Events of the user's own types. */
  readonly customs: readonly CustomEvent[];
  /** Errors that did not end the run. */
  readonly warnings: readonly EventData['error'][];
  /** Questions that wait for an answer. */
  readonly asks: readonly EventData['ask'][];
  /** Whom events came from. */
  readonly sources: readonly EventSource[];
}

/** A run of which nothing is known. */
export const emptyRun: RunState = {
  status: 'accepted',
  runId: undefined,
  agent: undefined,
  startedAt: undefined,
  endedAt: undefined,
  end: undefined,
  cursor: undefined,
  seen: 0,
  missed: 0,
  gaps: [],
  dropped: 0,
  isGone: false,
  degradedSince: undefined,
  phase: undefined,
  progress: undefined,
  messages: [],
  tools: [],
  nodes: [],
  models: [],
  steps: [],
  pipelines: [],
  waves: [],
  artifacts: [],
  decisions: [],
  turns: [],
  customs: [],
  warnings: [],
  asks: [],
  sources: [],
};
