import { createHash } from 'node:crypto';
import { isId } from '../../../event/ids.ts';
import { DEFAULT_SDK_IDLE, type SdkOptions } from './sdk-options.ts';
import { Tasks } from '../tasks.ts';
import { CallTasks } from './call-tasks.ts';
import { RunEventBus } from './run-event-bus.ts';
import type { SdkContext, TaskEngine } from './sdk-types.ts';
import { TaskLog } from './task-log.ts';

interface Executing {
  readonly log: TaskLog;
  readonly buses: Set<RunEventBus>;
}

/** What the bus manager and the task store of one engine share. */
export class SdkTasks {
  readonly engine: TaskEngine;
  readonly calls = new CallTasks();
  readonly folds = new Tasks();
  options: SdkOptions = {};
  readonly #logs = new Map<string, Executing>();

  constructor(engine: TaskEngine) {
    this.engine = engine;
  }

  /** Whose tasks a call sees. */
  tenantOf(context: SdkContext | undefined): string {
    if (this.options.tenantOf) return this.options.tenantOf(context ?? {});
    const { user } = context ?? {};
    if (!user?.isAuthenticated || user.userName === '') return 'default';
    return isId(user.userName) ? user.userName : createHash('sha256').update(user.userName).digest('hex');
  }

  /** The log of a task that is written here. */
  logOf(taskId: string, context: SdkContext | undefined): TaskLog | undefined {
    return this.#logs.get(this.#key(taskId, context))?.log;
  }

  /** The log of a task, made where there is none. */
  write(taskId: string, context: SdkContext | undefined): TaskLog {
    return this.#executing(taskId, context).log;
  }

  /** A bus for one call. */
  bus(taskId: string, context: SdkContext | undefined, after: Promise<string>): RunEventBus {
    const { log, buses } = this.#executing(taskId, context);
    const tenantId = this.tenantOf(context);
    const bus = new RunEventBus({
      ...{ engine: this.engine, taskId, tenantId, log, after },
      cancelled: () => this.#cancelled(taskId, context),
    });
    buses.add(bus);
    return bus;
  }

  /** Forgets a task whose execution is over here. */
  release(taskId: string, context: SdkContext | undefined): void {
    const key = this.#key(taskId, context);
    const executing = this.#logs.get(key);
    if (!executing) return;
    this.#logs.delete(key);
    executing.log.rest();
  }

  #executing(taskId: string, context: SdkContext | undefined): Executing {
    const key = this.#key(taskId, context);
    const known = this.#logs.get(key);
    if (known && !known.log.hasEnded) return known;
    const log = new TaskLog(this.engine, {
      ...{ tenantId: this.tenantOf(context), taskId, idle: this.options.idle ?? DEFAULT_SDK_IDLE },
      cancelled: () => this.#cancelled(taskId, context),
    });
    const executing = { log, buses: new Set<RunEventBus>() };
    this.#logs.set(key, executing);
    return executing;
  }

  #cancelled(taskId: string, context: SdkContext | undefined): void {
    const executing = this.#logs.get(this.#key(taskId, context));
    const [bus] = executing?.buses ?? [];
    if (!bus) return;
    void Promise.resolve(this.options.cancelTask?.(taskId, bus)).catch(() => undefined);
  }

  #key(taskId: string, context: SdkContext | undefined): string {
    return `${this.tenantOf(context)}/${taskId}`;
  }
}

const SHARED = new WeakMap<TaskEngine, SdkTasks>();

/** The same for the same engine. */
export function sdkTasksOf(engine: TaskEngine): SdkTasks {
  let tasks = SHARED.get(engine);
  if (!tasks) SHARED.set(engine, (tasks = new SdkTasks(engine)));
  return tasks;
}
