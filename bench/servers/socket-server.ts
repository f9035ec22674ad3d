/** A server of WebSockets that a row drives. */
export interface SocketServer {
  readonly port: number;
  readonly path: string;
  /** What a viewer says when its socket is open. */
  readonly hello: string | undefined;
  /** What it says again for each so many events that it has got. */
  readonly grant: { readonly every: number; readonly text: string } | undefined;
  /** Sends so many tokens to every socket, in this turn of the event loop. */
  emit(count: number): void;
}

export type ServeSockets = () => Promise<SocketServer>;
