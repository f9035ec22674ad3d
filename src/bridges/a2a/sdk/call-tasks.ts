import type { SdkTask } from './sdk-types.ts';

/** What one call knows of a task. */
export interface CallTask {
  /** As the call saved it last; `undefined` where it began without one. */
  task: SdkTask | undefined;
  /** Where the call began: events behind it are news. */
  readonly after: string;
}

/**
 * What each call of a server knows. A server puts the events of a call together one by one and saves after each, so it
 * must not see what the log has already, or it would put that together twice. Memory: as long as the call's context.
 */
export class CallTasks {
  readonly #known = new WeakMap<object, Map<string, CallTask>>();
  readonly #waiting = new WeakMap<object, Map<string, (found: CallTask) => void>>();

  get(context: object, taskId: string): CallTask | undefined {
    return this.#known.get(context)?.get(taskId);
  }

  set(context: object, taskId: string, call: CallTask): CallTask {
    let tasks = this.#known.get(context);
    if (!tasks) this.#known.set(context, (tasks = new Map<string, CallTask>()));
    tasks.set(taskId, call);
    this.#waiting.get(context)?.get(taskId)?.(call);
    return call;
  }

  /** When the call has looked the task up. */
  known(context: object, taskId: string): Promise<CallTask> {
    const call = this.get(context, taskId);
    if (call) return Promise.resolve(call);
    return new Promise(resolve => {
      let waiting = this.#waiting.get(context);
      if (!waiting) this.#waiting.set(context, (waiting = new Map<string, (found: CallTask) => void>()));
      waiting.set(taskId, resolve);
    });
  }
}
