export { type Bridge } from '../bridge.ts';
export { a2aQueue, type A2aQueueOptions } from './a2a-queue.ts';
export { type TaskState } from './event-table.ts';
export {
  fromQueueCheckpoint,
  fromQueueEvent,
  type ProducedEvent,
  type QueueCheckpoint,
  type QueueEvent,
  toQueueEvent,
} from './queue-event.ts';
export { type QueueInfo, toQueueInfo } from './queue-info.ts';
