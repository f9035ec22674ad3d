import { TERMINAL } from '../event-table.ts';
import type { RunEventBus } from './run-event-bus.ts';
import type { SdkOptions } from './sdk-options.ts';
import { sdkTasksOf, type SdkTasks } from './sdk-tasks.ts';
import type { SdkContext, TaskEngine } from './sdk-types.ts';

const WAITS: readonly string[] = ['TASK_STATE_INPUT_REQUIRED', 'TASK_STATE_AUTH_REQUIRED'];
/** For calls without a context of their own. */
const NOBODY: SdkContext = {};

/**
 * An `ExecutionEventBusManager` for servers made with `@a2a-js/sdk`, on the runs of an engine: what agents publish is
 * stored before anybody hears it, and heard on every instance that shares the engine's backend. Goes together with
 * `runTaskStore(engine)`.
 *
 * ```ts
 * new DefaultRequestHandler(card, runTaskStore(engine), executor, runEventBusManager(engine));
 * ```
 */
export function runEventBusManager(engine: TaskEngine, options: SdkOptions = {}): RunEventBusManager {
  const tasks = sdkTasksOf(engine);
  tasks.options = { ...tasks.options, ...options };
  return new RunEventBusManager(tasks);
}

/** Made by {@link runEventBusManager}. */
export class RunEventBusManager {
  readonly #tasks: SdkTasks;

  constructor(tasks: SdkTasks) {
    this.#tasks = tasks;
  }

  /** A bus for an agent that begins or goes on with a task. */
  createOrGetByTaskId(taskId: string, context: SdkContext = NOBODY): RunEventBus {
    const { calls } = this.#tasks;
    const isCall = context !== NOBODY;
    const call = isCall ? calls.get(context, taskId) : undefined;
    const known = call ?? { task: undefined, after: 'start' };
    if (isCall && !call) calls.set(context, taskId, known);
    return this.#tasks.bus(taskId, context, Promise.resolve(known.after));
  }

  /**
   * A bus for whoever watches a task, wherever its agent is, from where the call has looked it up. `undefined` for whoever
   * is to cancel a task whose agent is elsewhere: the server then saves it as cancelled, and the store asks for that.
   */
  getByTaskId(taskId: string, context: SdkContext = NOBODY): RunEventBus | undefined {
    if (context === NOBODY) return undefined;
    // Who cancels has looked the task up before it asks for the bus; who watches does so afterwards.
    const isCancel = this.#tasks.calls.get(context, taskId) !== undefined;
    if (isCancel && !this.#tasks.logOf(taskId, context)) return undefined;
    const after = this.#tasks.calls.known(context, taskId).then(call => call.after);
    return this.#tasks.bus(taskId, context, after);
  }

  /** Forgets what is known here of a task; its run stays. */
  cleanupByTaskId(taskId: string, context: SdkContext = NOBODY): void {
    this.#tasks.release(taskId, context);
  }

  /** The agent has returned. Always `true`: what it published is delivered from the log, and then the bus finishes. */
  settleByTaskId(
    taskId: string,
    bus: { finished(): void },
    _lastState: number | undefined,
    context: SdkContext,
  ): boolean {
    const log = this.#tasks.logOf(taskId, context);
    if (!log) return true;
    void log.flush().then(() => {
      const { state } = log;
      // A task that waits is gone on with by its next message; until then this process says that it lives.
      if (state !== undefined && WAITS.includes(state)) return;
      if (state === undefined || !TERMINAL.has(state)) bus.finished();
      this.#tasks.release(taskId, context);
    });
    return true;
  }
}
