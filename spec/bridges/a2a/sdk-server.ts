import { Role, TaskState, type AgentCard, type Artifact, type Message, type Task } from '@a2a-js/sdk';
import {
  AgentEvent,
  DefaultRequestHandler,
  ServerCallContext,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';
import { runEventBusManager } from '../../../src/bridges/a2a/sdk/run-event-bus-manager.ts';
import { runTaskStore } from '../../../src/bridges/a2a/sdk/run-task-store.ts';
import type { Engine } from '../../../src/engine/engine.ts';

const CARD = {
  ...{ name: 'sdk', description: '', version: '1', supportedInterfaces: [], skills: [] },
  ...{ capabilities: { streaming: true, pushNotifications: false, extensions: [] } },
  ...{ defaultInputModes: [], defaultOutputModes: [] },
} as unknown as AgentCard;

/** A server of the SDK whose tasks are runs of an engine. */
export function sdkServer(engine: Engine, idle?: number): DefaultRequestHandler {
  const executor = new Counter();
  const cancelTask = (taskId: string): Promise<void> => executor.cancelTask(taskId);
  const buses = runEventBusManager(engine, { idle, cancelTask });
  return new DefaultRequestHandler(CARD, runTaskStore(engine), executor, buses);
}

export function call(): ServerCallContext {
  return new ServerCallContext({ requestedVersion: '1.0' });
}

/** Counts as its message says, `<how far> <ms apart>`; asks where it says `ask`. */
class Counter implements AgentExecutor {
  readonly #cancelled = new Set<string>();

  async execute(
    { taskId, contextId, userMessage, task }: RequestContext,
    bus: ExecutionEventBus,
  ): Promise<void> {
    const text = textOf(userMessage);
    const status = (state: TaskState, said?: string) => ({
      state,
      message: said === undefined ? undefined : messageOf(taskId, contextId, said),
      timestamp: new Date().toISOString(),
    });
    const tell = (state: TaskState, said?: string): void =>
      bus.publish(
        AgentEvent.statusUpdate({ taskId, contextId, status: status(state, said), metadata: undefined }),
      );
    const begun: Task = {
      ...{ id: taskId, contextId, artifacts: [], metadata: undefined },
      ...{ status: status(TaskState.TASK_STATE_WORKING), history: task?.history ?? [userMessage] },
    };
    bus.publish(AgentEvent.task(begun));
    if (text === 'ask') return tell(TaskState.TASK_STATE_INPUT_REQUIRED, 'how far?');
    const [many = '0', apart = '0'] = text.split(' ');
    for (let at = 1; at <= Number(many); at++) {
      if (this.#cancelled.has(taskId)) return tell(TaskState.TASK_STATE_CANCELED);
      bus.publish(
        AgentEvent.artifactUpdate({
          ...{ taskId, contextId, artifact: chunk(`${at} `), append: at > 1, lastChunk: at === Number(many) },
          metadata: undefined,
        }),
      );
      if (apart !== '0') await new Promise(resolve => setTimeout(resolve, Number(apart)));
    }
    tell(TaskState.TASK_STATE_COMPLETED, 'counted');
  }

  async cancelTask(taskId: string): Promise<void> {
    this.#cancelled.add(taskId);
  }
}

function chunk(text: string): Artifact {
  return {
    ...{ artifactId: 'count', name: 'count', description: '', metadata: undefined, extensions: [] },
    parts: [
      { content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: 'text/plain' },
    ],
  };
}

function messageOf(taskId: string, contextId: string, text: string): Message {
  return {
    ...{ messageId: `${taskId}-${text}`, contextId, taskId, role: Role.ROLE_AGENT, metadata: undefined },
    ...{ parts: chunk(text).parts, extensions: [], referenceTaskIds: [] },
  };
}

function textOf({ parts }: Message): string {
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');
}
