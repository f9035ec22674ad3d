import type { RunReader } from '../../run/reader.ts';
import { isNotice } from '../../event/notice.ts';
import { soon } from '../../time/soon.ts';
import type { BridgedEngine, BridgedRun } from '../bridge.ts';
import { EXTENSION, REJECTIONS, STATES } from './event-table.ts';
import { TaskFold, type TaskBirth } from './task-fold.ts';
import type { A2aMessage, A2aTask, A2aTaskState } from './wire.ts';

/** Tasks that are kept, and characters of their content in all. */
const MOST_TASKS = 256;
const MOST_CHARACTERS = 32 * 1024 * 1024;

/**
 * Tasks as their runs add up to. The newest are kept, so that whoever asks next waits for what came since alone.
 * Memory: 256 tasks, 32 MB of content.
 */
export class Tasks {
  /** The one that was asked for last is last. */
  readonly #kept = new Map<string, TaskFold>();
  readonly #asked = new Map<string, Promise<TaskFold>>();

  /** The task up to its newest event. Not to be changed. Rejects with `RUN_NOT_FOUND`, `STORAGE_LOST`. */
  get(engine: Pick<BridgedEngine, 'events'>, run: BridgedRun): Promise<TaskFold> {
    const key = `${run.tenantId}/${run.runId}/${run.epoch}`;
    const asked = (this.#asked.get(key) ?? Promise.resolve(undefined))
      .catch(() => undefined)
      .then(() => this.#read(engine, run, key));
    this.#asked.set(key, asked);
    const done = (): void => {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    };
    asked.then(done, done);
    return asked;
  }

  async #read({ events }: Pick<BridgedEngine, 'events'>, run: BridgedRun, key: string): Promise<TaskFold> {
    const { runId, tenantId } = run;
    const fold = this.#kept.get(key) ?? new TaskFold(birthOf(run));
    this.#kept.delete(key);
    const { seq } = await events.tip(runId, { tenantId });
    const reader = await events.read(runId, { tenantId, after: fold.cursor ?? 'start', patient: false });
    await foldUpTo(seq, reader, fold);
    if (!fold.isGone) this.#keep(key, fold);
    return fold;
  }

  #keep(key: string, fold: TaskFold): void {
    this.#kept.set(key, fold);
    let characters = 0;
    for (const { size } of this.#kept.values()) characters += size;
    for (const [oldest, { size }] of this.#kept) {
      if (this.#kept.size <= MOST_TASKS && characters <= MOST_CHARACTERS) return;
      characters -= size;
      this.#kept.delete(oldest);
    }
  }
}

/** What a run is before its first event. */
export function birthOf(run: BridgedRun): TaskBirth {
  const { runId, createdAt, metadata } = run;
  const began = metadata?.[EXTENSION] as { readonly message?: unknown } | undefined;
  return { runId, createdAt, contextId: contextOf(run), message: began?.message as A2aMessage | undefined };
}

/** The conversation that a task belongs to; a run without a thread is one by itself. */
export function contextOf({ threadId, runId }: BridgedRun): string {
  return threadId ?? runId;
}

/** A task as the list has it, without its content. */
export function listedTask(run: BridgedRun): A2aTask {
  const { runId: id, endedAt, updatedAt, reason, error } = run;
  const text = error?.message ?? reason;
  const contextId = contextOf(run);
  const message: A2aMessage | undefined =
    text === undefined
      ? undefined
      : { messageId: `${id}-end`, role: 'ROLE_AGENT', parts: [{ text }], taskId: id, contextId };
  const status = { state: stateOf(run), ...(message && { message }), timestamp: endedAt ?? updatedAt };
  return { id, contextId, status };
}

/** The state of a run that its record tells. */
export function stateOf({ status, error }: BridgedRun): A2aTaskState {
  if (status === 'failed' && REJECTIONS.includes(error?.code ?? '')) return 'TASK_STATE_REJECTED';
  return STATES[status];
}

/** Keeps the newest messages; `undefined` keeps all of them, 0 none. */
export function withHistory({ history, ...task }: A2aTask, length: number | undefined): A2aTask {
  const kept = length === undefined ? history : length === 0 ? undefined : history?.slice(-length);
  return kept && kept.length > 0 ? { ...task, history: kept } : task;
}

/** Up to what there is now: a run that says more and more would never be answered. */
async function foldUpTo(tip: number, reader: RunReader, fold: TaskFold): Promise<void> {
  for (;;) {
    const step = await reader.read();
    for (const item of step.items) fold.add(isNotice(item) ? item : item.event);
    if (step.state !== 'more' || reader.seq >= tip) return;
    // Others have their turn between the pages of a long run.
    await new Promise<void>(resolve => void soon(resolve));
  }
}
