export { type Bridge } from '../bridge.ts';
export { a2a, type A2aOptions, type PushOptions } from './a2a.ts';
export { type CardOptions } from './agent-card.ts';
export { fromStreamResponse, fromStreamResponses, type ProducedEvent } from './from-a2a.ts';
export { type RunEventBus } from './sdk/run-event-bus.ts';
export { runEventBusManager, type RunEventBusManager } from './sdk/run-event-bus-manager.ts';
export {
  runTaskStore,
  type RunTaskStore,
  type SdkListQuery,
  type SdkTaskPage,
} from './sdk/run-task-store.ts';
export { type SdkOptions } from './sdk/sdk-options.ts';
export {
  type SdkArtifact,
  type SdkArtifactUpdate,
  type SdkContext,
  type SdkEvent,
  type SdkMessage,
  type SdkMetadata,
  type SdkPart,
  type SdkStatusUpdate,
  type SdkTask,
  type SdkTaskStatus,
  type TaskEngine,
} from './sdk/sdk-types.ts';
export { type TaskPlace, toStreamResponses } from './to-a2a.ts';
export {
  type A2aArtifact,
  type A2aArtifactUpdate,
  type A2aMessage,
  type A2aPart,
  type A2aStatusUpdate,
  type A2aStreamResponse,
  type A2aTask,
  type A2aTaskState,
  type A2aTaskStatus,
} from './wire.ts';
