import { isSluiceError } from '../../../errors/sluice-error.ts';
import { TERMINAL } from '../event-table.ts';
import { stateOf } from '../tasks.ts';
import type { TaskFold } from '../task-fold.ts';
import { fromSdkMessage, fromSdkTask, stateNamed, stateNumber, toSdkTask } from './sdk-codec.ts';
import { cancelRun } from './cancel-run.ts';
import { sdkTasksOf, type SdkTasks } from './sdk-tasks.ts';
import type { SdkContext, SdkTask, TaskEngine } from './sdk-types.ts';

/** What of a list of tasks is asked for. */
export interface SdkListQuery {
  readonly contextId?: string | undefined;
  readonly status?: number | undefined;
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
  readonly statusTimestampAfter?: string | undefined;
  readonly includeArtifacts?: boolean | undefined;
}

/** A page of tasks. */
export interface SdkTaskPage {
  tasks: SdkTask[];
  nextPageToken: string;
  pageSize: number;
  totalSize: number;
}

const CANCELED = stateNumber('TASK_STATE_CANCELED');
const MOST_COUNTED = 10_000;

/**
 * A `TaskStore` for servers made with `@a2a-js/sdk`: a task is what its run adds up to, on every instance that shares
 * the engine's backend. Goes together with `runEventBusManager(engine)`, whose options it takes over.
 */
export function runTaskStore(engine: TaskEngine): RunTaskStore {
  return new RunTaskStore(sdkTasksOf(engine));
}

/** Made by {@link runTaskStore}. */
export class RunTaskStore {
  readonly #tasks: SdkTasks;

  constructor(tasks: SdkTasks) {
    this.#tasks = tasks;
  }

  /** The task as this call knows it, else as its run adds up to; `undefined` if it is not there. Rejects with `STORAGE_LOST`. */
  async load(taskId: string, context: SdkContext): Promise<SdkTask | undefined> {
    const { calls } = this.#tasks;
    const known = calls.get(context, taskId);
    if (known) return structuredClone(known.task);
    const fold = await this.#fold(taskId, context);
    if (!fold) return undefined;
    const task = toSdkTask(fold.task());
    calls.set(context, taskId, { task, after: fold.cursor ?? 'start' });
    return structuredClone(task);
  }

  /** Keeps what the run does not say: messages of the history; and a task whole that no bus has told. */
  async save(task: SdkTask, context: SdkContext): Promise<void> {
    const { calls } = this.#tasks;
    const known = calls.get(context, task.id);
    const log = this.#tasks.logOf(task.id, context);
    if (known) known.task = structuredClone(task);
    const history = task.history.map(fromSdkMessage);
    if (log) return log.remember(history);
    const fold = await this.#fold(task.id, context);
    if (!known) calls.set(context, task.id, { task: structuredClone(task), after: fold?.cursor ?? 'start' });
    if (fold && task.status?.state === CANCELED && !TERMINAL.has(fold.status.state)) {
      await cancelRun(this.#tasks.engine, {
        ...{ runId: task.id, tenantId: this.#tasks.tenantOf(context), after: fold.cursor ?? 'start' },
      });
    }
    const writing = this.#tasks.write(task.id, context);
    if (fold) {
      writing.know(fold.task().history ?? []);
      writing.continueIn(fold.contextId);
    }
    if (!fold || !isSame(toSdkTask(fold.task()), task)) writing.publish({ task: fromSdkTask(task) });
    writing.remember(history);
    await writing.flush();
  }

  /** Newest first. */
  async list(query: SdkListQuery, context: SdkContext): Promise<SdkTaskPage> {
    const { contextId, status, pageSize = 50, pageToken, statusTimestampAfter, includeArtifacts } = query;
    const { engine } = this.#tasks;
    const state = status ? stateNamed(status) : undefined;
    // A producer's own states are in its events alone.
    const all = { tenantId: this.#tasks.tenantOf(context), threadId: contextId || undefined };
    const page = await engine.runs.list({ ...all, limit: pageSize, page: pageToken || undefined });
    const tasks: SdkTask[] = [];
    for (const { runId } of page.runs) {
      const fold = await this.#fold(runId, context);
      if (!fold || (state && fold.status.state !== state)) continue;
      if (statusTimestampAfter && (fold.status.timestamp ?? '') <= statusTimestampAfter) continue;
      const task = toSdkTask(fold.task());
      tasks.push(includeArtifacts ? task : { ...task, artifacts: [] });
    }
    const totalSize = await this.#count(all, state);
    return { tasks, nextPageToken: page.next ?? '', pageSize, totalSize };
  }

  async #count(query: object, state: string | undefined): Promise<number> {
    let total = 0;
    for (let page: string | undefined, counted = 0; counted < MOST_COUNTED;) {
      const found = await this.#tasks.engine.runs.list({ ...query, limit: 1_000, page });
      total += found.runs.filter(run => !state || stateOf(run) === state).length;
      counted += found.runs.length;
      page = found.next;
      if (page === undefined) break;
    }
    return total;
  }

  async #fold(taskId: string, context: SdkContext): Promise<TaskFold | undefined> {
    const { engine, folds } = this.#tasks;
    try {
      return await folds.get(
        engine,
        await engine.runs.get(taskId, { tenantId: this.#tasks.tenantOf(context) }),
      );
    } catch (error) {
      if (isSluiceError(error, 'RUN_NOT_FOUND')) return undefined;
      throw error;
    }
  }
}

function isSame(a: SdkTask, b: SdkTask): boolean {
  const told = ({ status, artifacts }: SdkTask): string =>
    JSON.stringify(fromSdkTask({ ...a, status, artifacts }));
  return told(a) === told(b);
}
