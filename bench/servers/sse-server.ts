/** A server of Server-Sent Events that a row drives. */
export interface SseServer {
  readonly port: number;
  /** What a viewer asks for. */
  readonly path: string;
  /** Lines of its request besides, each with its line break. */
  readonly headers?: string | undefined;
  /** Sends so many tokens to every connection, in this turn of the event loop. */
  emit(count: number): void;
  /** Sends one token with this text. */
  say(text: string): void;
}

export type Serve = () => Promise<SseServer>;
