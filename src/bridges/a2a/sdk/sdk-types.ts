import type { Engine } from '../../../engine/engine.ts';

/** What of an engine keeps the tasks of an SDK server; every engine fits. */
export type TaskEngine = Pick<Engine, 'runs' | 'events' | 'open' | 'append'>;

// The shapes of `@a2a-js/sdk` 1.x, which has enums and unions where JSON has names; written here, so that nobody needs
// the package who does not have a server of it.

/** One content of a message or an artifact. */
export interface SdkPart {
  content?:
    | { $case: 'text'; value: string }
    | { $case: 'raw'; value: Buffer }
    | { $case: 'url'; value: string }
    | { $case: 'data'; value: unknown }
    | undefined;
  metadata: SdkMetadata;
  filename: string;
  mediaType: string;
}

/** What any of them may carry besides. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the SDK types it, so that either is taken for the other
export type SdkMetadata = { [key: string]: any } | undefined;

/** A turn of a conversation. */
export interface SdkMessage {
  messageId: string;
  contextId: string;
  taskId: string;
  role: number;
  parts: SdkPart[];
  metadata: SdkMetadata;
  extensions: string[];
  referenceTaskIds: string[];
}

/** A result. */
export interface SdkArtifact {
  artifactId: string;
  name: string;
  description: string;
  parts: SdkPart[];
  metadata: SdkMetadata;
  extensions: string[];
}

/** How a task is. */
export interface SdkTaskStatus {
  state: number;
  message: SdkMessage | undefined;
  timestamp: string | undefined;
}

/** A task with all that is known of it. */
export interface SdkTask {
  id: string;
  contextId: string;
  status: SdkTaskStatus | undefined;
  artifacts: SdkArtifact[];
  history: SdkMessage[];
  metadata: SdkMetadata;
}

/** A task is in another state. */
export interface SdkStatusUpdate {
  taskId: string;
  contextId: string;
  status: SdkTaskStatus | undefined;
  metadata: SdkMetadata;
}

/** A task has more of an artifact. */
export interface SdkArtifactUpdate {
  taskId: string;
  contextId: string;
  artifact: SdkArtifact | undefined;
  append: boolean;
  lastChunk: boolean;
  metadata: SdkMetadata;
}

/** What an agent of the SDK publishes, and what its server hears. */
export type SdkEvent =
  | { kind: 'message'; data: SdkMessage }
  | { kind: 'task'; data: SdkTask }
  | { kind: 'statusUpdate'; data: SdkStatusUpdate }
  | { kind: 'artifactUpdate'; data: SdkArtifactUpdate };

/** Who asks, as far as that is looked at. */
export interface SdkContext {
  readonly tenant?: string | undefined;
  readonly user?: { readonly isAuthenticated: boolean; readonly userName: string } | undefined;
}
