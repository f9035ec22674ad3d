export {
  connectSocket,
  type RunSocket,
  type SocketConnectOptions,
  type SocketReadOptions,
} from './connect-socket.ts';
export { type WebSocketConstructor } from './web-socket.ts';
export {
  type ConnectionState,
  type HeadersSource,
  type RequestOptions,
  type StreamOptions,
} from '../options.ts';
export { type Feed, type FeedObserver } from '../feed.ts';
export { type RunConnection } from '../run-connection.ts';
export { type RunItem } from '../run-items.ts';
export { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
export { isNotice, type Notice } from '../../event/notice.ts';
export { type RunEvent } from '../../event/run-event.ts';
