import type { SocketServer } from './servers/socket-server.ts';

/** What a server of WebSockets asks of its viewers; each is answered once. */
export type SocketAsked =
  | ({ readonly ask: 'open'; readonly connections: number } & Omit<SocketServer, 'emit'>)
  /** Counts from 0 again. */
  | { readonly ask: 'reset' }
  /** Answered when all sockets together have seen so many events. */
  | { readonly ask: 'await'; readonly events: number };
