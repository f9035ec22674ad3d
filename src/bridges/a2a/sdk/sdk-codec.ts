import type { A2aArtifact, A2aMessage, A2aPart, A2aStreamResponse, A2aTask, A2aTaskState } from '../wire.ts';
import type { SdkArtifact, SdkEvent, SdkMessage, SdkPart, SdkTask, SdkTaskStatus } from './sdk-types.ts';

/** The states by their numbers in the SDK. */
const STATES: readonly A2aTaskState[] = [
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_WORKING',
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_AUTH_REQUIRED',
];

/** The number of a state in the SDK. */
export function stateNumber(state: A2aTaskState): number {
  return STATES.lastIndexOf(state);
}

/** The state of a number. */
export function stateNamed(number: number): A2aTaskState {
  return STATES[number] ?? 'TASK_STATE_WORKING';
}

/** What an agent published as it stands in JSON; `undefined` where it says nothing. */
export function fromSdkEvent({ kind, data }: SdkEvent): A2aStreamResponse | undefined {
  switch (kind) {
    case 'message':
      return { message: fromSdkMessage(data) };
    case 'task':
      return { task: fromSdkTask(data) };
    case 'statusUpdate': {
      const { taskId, contextId, status, metadata } = data;
      return { statusUpdate: { taskId, contextId, status: fromStatus(status), ...filled({ metadata }) } };
    }
    case 'artifactUpdate': {
      const { taskId, contextId, artifact, append, lastChunk, metadata } = data;
      if (!artifact) return undefined;
      return {
        artifactUpdate: {
          ...{ taskId, contextId, artifact: fromArtifact(artifact) },
          ...(append && { append }),
          ...(lastChunk && { lastChunk }),
          ...filled({ metadata }),
        },
      };
    }
  }
}

/** What JSON says as the SDK has it. */
export function toSdkEvent(response: A2aStreamResponse): SdkEvent {
  if ('message' in response) return { kind: 'message', data: toSdkMessage(response.message) };
  if ('task' in response) return { kind: 'task', data: toSdkTask(response.task) };
  if ('statusUpdate' in response) {
    const { taskId, contextId, status, metadata } = response.statusUpdate;
    return { kind: 'statusUpdate', data: { taskId, contextId, status: toStatus(status), metadata } };
  }
  const {
    taskId,
    contextId,
    artifact,
    append = false,
    lastChunk = false,
    metadata,
  } = response.artifactUpdate;
  const data = { taskId, contextId, artifact: toArtifact(artifact), append, lastChunk, metadata };
  return { kind: 'artifactUpdate', data };
}

export function fromSdkTask({ id, contextId, status, artifacts, history, metadata }: SdkTask): A2aTask {
  return {
    ...{ id, contextId, status: fromStatus(status) },
    ...(artifacts.length > 0 && { artifacts: artifacts.map(fromArtifact) }),
    ...(history.length > 0 && { history: history.map(fromSdkMessage) }),
    ...filled({ metadata }),
  };
}

export function toSdkTask({
  id,
  contextId,
  status,
  artifacts = [],
  history = [],
  metadata,
}: A2aTask): SdkTask {
  return {
    ...{ id, contextId, status: toStatus(status), metadata },
    artifacts: artifacts.map(toArtifact),
    history: history.map(toSdkMessage),
  };
}

export function fromSdkMessage(message: SdkMessage): A2aMessage {
  const { messageId, contextId, taskId, role, parts, metadata, extensions, referenceTaskIds } = message;
  return {
    ...{ messageId, role: role === 2 ? 'ROLE_AGENT' : 'ROLE_USER', parts: parts.map(fromPart) },
    ...filled({ contextId, taskId, metadata, extensions, referenceTaskIds }),
  };
}

export function toSdkMessage(message: A2aMessage): SdkMessage {
  const { messageId, role, parts, metadata, contextId = '', taskId = '' } = message;
  const { extensions = [], referenceTaskIds = [] } = message;
  return {
    ...{
      messageId,
      contextId,
      taskId,
      role: role === 'ROLE_AGENT' ? 2 : 1,
      parts: parts.map(toPart),
      metadata,
    },
    ...{ extensions: [...extensions], referenceTaskIds: [...referenceTaskIds] },
  };
}

function fromStatus(status: SdkTaskStatus | undefined): A2aTask['status'] {
  const { state = 1, message, timestamp } = status ?? {};
  return {
    state: stateNamed(state),
    ...(message && { message: fromSdkMessage(message) }),
    ...(timestamp !== undefined && { timestamp }),
  };
}

function toStatus({ state, message, timestamp }: A2aTask['status']): SdkTaskStatus {
  return { state: stateNumber(state), message: message && toSdkMessage(message), timestamp };
}

function fromArtifact({
  artifactId,
  name,
  description,
  parts,
  metadata,
  extensions,
}: SdkArtifact): A2aArtifact {
  return {
    ...{ artifactId, parts: parts.map(fromPart) },
    ...filled({ name, description, metadata, extensions }),
  };
}

function toArtifact(artifact: A2aArtifact): SdkArtifact {
  const { artifactId, name = '', description = '', parts, metadata, extensions = [] } = artifact;
  return { artifactId, name, description, parts: parts.map(toPart), metadata, extensions: [...extensions] };
}

function fromPart({ content, metadata, filename, mediaType }: SdkPart): A2aPart {
  const { $case = 'text', value = '' } = content ?? {};
  const held = $case === 'raw' ? Buffer.from(value as Buffer).toString('base64') : (value ?? null);
  return { [$case]: held, ...filled({ metadata, filename, mediaType }) };
}

function toPart({ text, raw, url, data, metadata, filename = '', mediaType = '' }: A2aPart): SdkPart {
  return { content: contentOf({ text, raw, url, data }), metadata, filename, mediaType };
}

function contentOf({
  text,
  raw,
  url,
  data,
}: { [Name in 'text' | 'raw' | 'url']: string | undefined } & { data: unknown }): SdkPart['content'] {
  if (text !== undefined) return { $case: 'text', value: text };
  if (url !== undefined) return { $case: 'url', value: url };
  if (raw !== undefined) return { $case: 'raw', value: Buffer.from(raw, 'base64') };
  return { $case: 'data', value: data };
}

/** The members that say something: the SDK writes an empty one where JSON writes nothing. */
function filled(members: Readonly<Record<string, unknown>>): object {
  const said = Object.entries(members).filter(([, value]) => {
    if (value === undefined || value === null || value === '') return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  });
  return Object.fromEntries(said);
}
