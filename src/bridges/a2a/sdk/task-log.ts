import { isSluiceError } from '../../../errors/sluice-error.ts';
import { isId } from '../../../event/ids.ts';
import type { Json } from '../../../event/json.ts';
import { systemClock } from '../../../time/clock.ts';
import { newId } from '../../../time/new-id.ts';
import { Sweep } from '../../../time/sweep.ts';
import { EXTENSION, TERMINAL } from '../event-table.ts';
import { fromStreamResponse, textOf, type ProducedEvent } from '../from-a2a.ts';
import type { A2aMessage, A2aStreamResponse, A2aTaskState } from '../wire.ts';
import type { TaskEngine } from './sdk-types.ts';

/** Whose task it is, and how it is kept. */
export interface TaskLogOptions {
  readonly tenantId: string;
  readonly taskId: string;
  /** Milliseconds of silence after which a task is given up whose process is gone. */
  readonly idle: number;
  /** Told once, when somebody asks the task to stop. */
  readonly cancelled: () => void;
}

/** The type of a message that belongs to the history of a task, and to nothing else. */
export const MESSAGE_TYPE = 'custom:message';

const ENDS: ReadonlySet<string> = new Set(['complete', 'error', 'cancelled']);
const LARGEST_BATCH = 500;
const RETRY_DELAY = 200;
/** Milliseconds that an end waits for the message that the task began with, which the server saves apart. */
const LONGEST_HOLD = 250;
const SWEEP = new Sweep(systemClock);

/**
 * Writes what an agent publishes to the run of its task, in order and once: what the store does not take is sent again
 * under the same keys. Says that it lives while the agent does. Memory: what is not stored yet.
 */
export class TaskLog {
  readonly #engine: TaskEngine;
  readonly #options: TaskLogOptions;
  readonly #writer = newId();
  readonly #messages = new Set<string>();
  #queue: (ProducedEvent & { readonly key: string })[] = [];
  #count = 0;
  #draining: Promise<void> | undefined;
  #isOpen = false;
  #isFlushing = false;
  #hasEnded = false;
  #hasSaved = false;
  #contextId: string | undefined;
  #stopBeat: (() => void) | undefined;
  #isCancelTold = false;
  #tellOpened: () => void = () => undefined;
  /** There is a run, or there will be none. */
  readonly opened = new Promise<void>(resolve => {
    this.#tellOpened = resolve;
  });
  /** The newest state that was published. */
  state: A2aTaskState | undefined;

  constructor(engine: TaskEngine, options: TaskLogOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Nothing more can be written. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Its end was said here. */
  get isEnding(): boolean {
    return this.state !== undefined && TERMINAL.has(this.state);
  }

  publish(response: A2aStreamResponse): void {
    if (this.#hasEnded || this.isEnding) return;
    const event = fromStreamResponse(response);
    if (!event) return;
    if ('task' in response) {
      this.#contextId ??= response.task.contextId;
      for (const { messageId } of response.task.history ?? []) this.#messages.add(messageId);
      this.state = response.task.status.state;
    }
    if ('statusUpdate' in response) {
      this.#contextId ??= response.statusUpdate.contextId;
      const { message } = response.statusUpdate.status;
      if (message) this.#messages.add(message.messageId);
      this.state = response.statusUpdate.status.state;
    }
    if ('message' in response) {
      this.#contextId ??= response.message.contextId;
      this.state = 'TASK_STATE_COMPLETED';
      this.#hasSaved = true;
    }
    this.#put(event);
  }

  /** Messages of the history that no update told; those that are known are passed over. */
  remember(history: readonly A2aMessage[]): void {
    for (const message of history) {
      if (this.#messages.has(message.messageId)) continue;
      this.#messages.add(message.messageId);
      const text = textOf(message.parts);
      const data = {
        role: message.role === 'ROLE_USER' ? 'user' : 'agent',
        ...(text !== undefined && { text }),
      };
      const metadata = { [EXTENSION]: { message: message as unknown as Json } };
      // Ahead of an end that waits for it.
      const end = this.#queue.findIndex(({ type }) => ENDS.has(type));
      this.#put({ type: MESSAGE_TYPE, data, metadata }, end);
    }
    this.#hasSaved = true;
    this.#drain();
  }

  /** The run is there already, and belongs to this conversation. */
  continueIn(contextId: string): void {
    this.#contextId = contextId;
  }

  /** These are told already. */
  know(history: readonly A2aMessage[]): void {
    for (const { messageId } of history) this.#messages.add(messageId);
  }

  /** Stores all that was published, also text that might have become part of a secret. Never rejects. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    while (this.#queue.length > 0 && !this.#hasEnded) {
      this.#drain();
      await this.#draining;
    }
    this.#isFlushing = false;
  }

  /** Its agent has returned, and nobody says here that it lives. */
  rest(): void {
    this.#stopBeat?.();
    this.#stopBeat = undefined;
  }

  #put(event: ProducedEvent, at = -1): void {
    const keyed = { ...event, key: `${this.#writer}:${++this.#count}` };
    if (at < 0) this.#queue.push(keyed);
    else this.#queue.splice(at, 0, keyed);
    if (this.isEnding && !this.#hasSaved) {
      SWEEP.at(systemClock.now() + LONGEST_HOLD, () => {
        this.#hasSaved = true;
        this.#drain();
      });
    }
    this.#drain();
  }

  #drain(): void {
    this.#draining ??= this.#store().finally(() => {
      this.#draining = undefined;
    });
  }

  async #store(): Promise<void> {
    for (;;) {
      // What is published in one turn goes out at once.
      await Promise.resolve();
      const batch = this.#batch();
      if (batch.length === 0 || this.#hasEnded) return;
      try {
        if (!this.#isOpen) await this.#open();
        const taken = await this.#append(batch);
        if (taken === 0 && !this.#isFlushing && this.#batch().length === batch.length) return;
      } catch (error) {
        if (!isSluiceError(error) || !error.retryable) return this.#end();
        await new Promise<void>(resolve => void SWEEP.at(systemClock.now() + RETRY_DELAY, resolve));
      }
    }
  }

  #batch(): readonly (ProducedEvent & { readonly key: string })[] {
    const batch = this.#queue.slice(0, LARGEST_BATCH);
    const end = batch.findIndex(({ type }) => ENDS.has(type));
    return end >= 0 && !this.#hasSaved ? batch.slice(0, end) : batch;
  }

  async #append(batch: readonly ProducedEvent[]): Promise<number> {
    const { taskId, tenantId } = this.#options;
    const flush = this.#isFlushing || ENDS.has(batch.at(-1)!.type);
    const { accepted, cancelRequested } = await this.#engine.append(taskId, batch, { tenantId, flush });
    const taken = this.#queue.slice(0, accepted);
    this.#queue = this.#queue.slice(accepted);
    if (taken.some(({ type }) => ENDS.has(type))) this.#end();
    else if (cancelRequested) this.#tellCancel();
    return accepted;
  }

  async #open(): Promise<void> {
    const { taskId: id, tenantId, idle } = this.#options;
    const threadId = isId(this.#contextId) ? this.#contextId : undefined;
    try {
      const writer = await this.#engine.open({ id, tenantId, threadId, idle });
      writer.signal.addEventListener('abort', () => this.#tellCancel(), { once: true });
    } catch (error) {
      if (!isSluiceError(error, 'RUN_EXISTS')) throw error;
    }
    this.#isOpen = true;
    this.#tellOpened();
    this.#beat();
  }

  #beat(): void {
    const { taskId, tenantId, idle } = this.#options;
    if (idle === Infinity || this.#hasEnded) return;
    this.#stopBeat = SWEEP.at(systemClock.now() + idle / 3, () => {
      this.#engine
        .append(taskId, [], { tenantId })
        .then(({ cancelRequested }) => cancelRequested && this.#tellCancel())
        .catch((error: unknown) => isSluiceError(error, 'RUN_ENDED') && this.#end())
        .finally(() => this.#stopBeat && this.#beat());
    });
  }

  #tellCancel(): void {
    if (this.#isCancelTold || this.isEnding) return;
    this.#isCancelTold = true;
    this.#options.cancelled();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#tellOpened();
    this.#queue = [];
    this.rest();
  }
}
