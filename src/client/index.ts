export { connectRun, type ConnectOptions } from './connect-run.ts';
export {
  createClient,
  type CheckpointEvent,
  type CheckpointsQuery,
  type Client,
  type StartedRun,
  type OpenRequest,
  type StartRequest,
} from './create-client.ts';
export { type Feed, type FeedObserver } from './feed.ts';
export { foldRun } from '../event/fold-run.ts';
export {
  type ConnectionState,
  type HeadersSource,
  type RequestOptions,
  type StreamOptions,
} from './options.ts';
export { type AmountOfEvents, type ProducerOptions } from './producer-options.ts';
export { produceRun } from './produce-run.ts';
export { type RunConnection } from './run-connection.ts';
export { type RunItem } from './run-items.ts';
export { type RunListNews, type RunListPage, type RunListQuery, type RunStats } from './run-list.ts';
export { type ProducedEvent, type RunProducer } from './run-producer.ts';
export {
  emptyRun,
  type RunActivity,
  type RunArtifact,
  type RunGap,
  type RunMessage,
  type RunState,
} from '../event/run-state.ts';
export { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
export { type ErrorCode } from '../errors/codes.ts';
export { type CustomOf } from '../event/define-events.ts';
export { isNotice, type Notice } from '../event/notice.ts';
export { type RunEvent } from '../event/run-event.ts';
