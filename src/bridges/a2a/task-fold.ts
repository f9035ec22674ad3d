import type { JsonObject } from '../../event/json.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { toParts } from './artifact-parts.ts';
import { EXTENSION, OUTPUT_ARTIFACT } from './event-table.ts';
import { carriedIn } from './extension.ts';
import { agentMessage, artifactPlace, taskStateOf, textArtifactId, toStreamResponses } from './to-a2a.ts';
import type {
  A2aArtifact,
  A2aArtifactUpdate,
  A2aMessage,
  A2aPart,
  A2aStreamResponse,
  A2aTask,
  A2aTaskStatus,
} from './wire.ts';

/** What a task is before its first event. */
export interface TaskBirth {
  readonly runId: string;
  readonly contextId: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** What the task began with. */
  readonly message: A2aMessage | undefined;
}

/** A question that nobody has answered. */
export interface OpenAsk {
  readonly askId: string;
  readonly schema: JsonObject | undefined;
}

interface Holding {
  readonly about: Omit<A2aArtifact, 'parts'>;
  parts: A2aPart[];
}

/** Messages of one task that are kept; the oldest go first, but the one it began with. */
const LONGEST_HISTORY = 1_000;

/**
 * What a task adds up to: the updates of its events, put together as their readers do. Items must come in order.
 * Memory: the artifacts, and the newest 1,000 messages.
 */
export class TaskFold {
  readonly #birth: TaskBirth;
  #status: A2aTaskStatus;
  #artifacts = new Map<string, Holding>();
  #history: A2aMessage[];
  #asks = new Map<string, OpenAsk>();
  #cursor: string | undefined;
  #isGone = false;
  #isSlim = false;
  /** Characters of content, about. */
  size = 0;

  constructor(birth: TaskBirth) {
    this.#birth = birth;
    this.#status = { state: 'TASK_STATE_SUBMITTED', timestamp: birth.createdAt };
    this.#history = birth.message ? [birth.message] : [];
  }

  /** The cursor of the last event; absent before the first. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Its run does not exist any longer. */
  get isGone(): boolean {
    return this.#isGone;
  }

  get status(): A2aTaskStatus {
    return this.#status;
  }

  get contextId(): string {
    return this.#birth.contextId;
  }

  /** Questions that are open, the oldest first. */
  get asks(): readonly OpenAsk[] {
    return [...this.#asks.values()];
  }

  /** The ids of its artifacts, for whoever tells what comes next. */
  get opened(): { has(artifactId: string): boolean } {
    return this.#artifacts;
  }

  /** Lets go of the contents: from now on it only knows what is told next, and how. */
  slim(): void {
    this.#isSlim = true;
    for (const holding of this.#artifacts.values()) holding.parts = [];
    this.#history = this.#birth.message ? [this.#birth.message] : [];
    this.size = 0;
  }

  /** An event was told whose updates nobody needs here. Only behind {@link slim}. */
  pass(event: RunEvent): void {
    const { id, type, time: timestamp } = event;
    this.#cursor = id;
    if (type === 'token') return this.#open(textArtifactId(event.data.messageId));
    if (type === 'artifact')
      return this.#open(artifactPlace(event.data, { opened: this.#artifacts }).artifactId);
    if (type === 'complete' && event.data.output !== undefined) this.#open(OUTPUT_ARTIFACT);
    this.#status = { state: taskStateOf(event), timestamp };
  }

  /** Adds one item, and gives the updates that tell it. */
  add(item: RunEvent | Notice): readonly A2aStreamResponse[] {
    return isNotice(item) ? this.#note(item) : this.#take(item);
  }

  /** The task as it is now. */
  task(): A2aTask {
    const { runId: id, contextId } = this.#birth;
    const artifacts = [...this.#artifacts.values()].map(({ about, parts }) => ({
      ...about,
      parts: [...parts],
    }));
    return {
      ...{ id, contextId, status: this.#status },
      ...(artifacts.length > 0 && { artifacts }),
      ...(this.#history.length > 0 && { history: [...this.#history] }),
      metadata: { [EXTENSION]: { ...(this.#cursor !== undefined && { cursor: this.#cursor }) } },
    };
  }

  #take(event: RunEvent): readonly A2aStreamResponse[] {
    const responses = toStreamResponses(event, { contextId: this.#birth.contextId, opened: this.#artifacts });
    this.#cursor = event.id;
    const said = carriedIn(event.metadata)?.['message'] as unknown as A2aMessage | undefined;
    // A message that is told for the history alone.
    if (said && event.type.startsWith('custom:')) {
      this.#say(said);
      return responses;
    }
    const isForeign = carriedIn(event.metadata)?.['response'] !== undefined;
    for (const response of responses) this.#apply(response, isForeign);
    if (event.type === 'ask') {
      this.#asks.set(event.data.askId, { askId: event.data.askId, schema: event.data.schema });
      this.#say(agentMessage(event, this.#birth.contextId, event.data.question));
    }
    if (event.type === 'answer') {
      this.#asks.delete(event.data.askId);
      const { runId: taskId, contextId } = this.#birth;
      const parts = toParts(event.data.value);
      this.#say({ messageId: event.id, role: 'ROLE_USER', parts, taskId, contextId });
    }
    if (event.final) this.#asks.clear();
    return responses;
  }

  #note(notice: Notice): readonly A2aStreamResponse[] {
    const { runId: taskId, contextId } = this.#birth;
    if (notice.notice === 'reset' && notice.reason !== 'gone') {
      this.#status = { state: 'TASK_STATE_SUBMITTED', timestamp: this.#birth.createdAt };
      this.#artifacts = new Map();
      this.#asks = new Map();
      this.#history = this.#birth.message ? [this.#birth.message] : [];
      this.#cursor = undefined;
      this.size = 0;
      return [{ task: { ...this.task(), metadata: noted(notice) } }];
    }
    if (notice.notice === 'reset') this.#isGone = true;
    if (notice.notice === 'gap') this.#cursor = notice.cursor;
    return [{ statusUpdate: { taskId, contextId, status: this.#status, metadata: noted(notice) } }];
  }

  #apply(response: A2aStreamResponse, isForeign: boolean): void {
    if ('statusUpdate' in response) {
      const { status } = response.statusUpdate;
      this.#status = status;
      // Agents of A2A say with a status what belongs to the conversation; ours say how they get on.
      if (isForeign && status.message) this.#say(status.message);
    } else if ('artifactUpdate' in response) this.#hold(response.artifactUpdate);
    else if ('task' in response) this.#adopt(response.task);
    else this.#say(response.message);
  }

  #open(artifactId: string): void {
    if (!this.#artifacts.has(artifactId))
      this.#artifacts.set(artifactId, { about: { artifactId }, parts: [] });
  }

  #hold({ artifact, append }: A2aArtifactUpdate): void {
    if (this.#isSlim) return this.#open(artifact.artifactId);
    const { parts, ...about } = artifact;
    this.size += JSON.stringify(parts).length;
    const held = this.#artifacts.get(artifact.artifactId);
    if (!append || !held) this.#artifacts.set(artifact.artifactId, { about, parts: [...parts] });
    else for (const part of parts) join(held.parts, part);
  }

  /** A task that an agent of A2A told whole. */
  #adopt({ status, artifacts = [], history = [] }: A2aTask): void {
    this.#status = status;
    for (const { parts, ...about } of artifacts) {
      this.#artifacts.set(about.artifactId, { about, parts: [...parts] });
    }
    for (const message of history) this.#say(message);
  }

  #say(message: A2aMessage): void {
    if (this.#isSlim) return;
    if (this.#history.some(({ messageId }) => messageId === message.messageId)) return;
    this.#history.push(message);
    if (this.#history.length > LONGEST_HISTORY) this.#history.splice(1, 1);
  }
}

/** Text that comes in pieces is one part to whoever asks for it all. */
function join(parts: A2aPart[], part: A2aPart): void {
  const last = parts.at(-1);
  if (last && isBareText(last) && isBareText(part))
    parts[parts.length - 1] = { text: last.text! + part.text! };
  else parts.push(part);
}

function isBareText(part: A2aPart): boolean {
  return part.text !== undefined && Object.keys(part).length === 1;
}

/** What no update of A2A says: that some will not come, or that what was seen is void. */
function noted(notice: Notice): JsonObject {
  return { [EXTENSION]: { notice: { ...notice } as unknown as JsonObject } };
}
