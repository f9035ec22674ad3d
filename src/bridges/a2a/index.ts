export { type Bridge } from '../bridge.ts';
export { a2a, type A2aOptions } from './a2a.ts';
export { type CardOptions } from './agent-card.ts';
export { fromStreamResponse, fromStreamResponses, type ProducedEvent } from './from-a2a.ts';
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
