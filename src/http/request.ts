/** A request as routes see it, whoever received it. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were sent, without the base path: `/runs/a?limit=1`. */
  readonly target: string;
  /** The address of the other end of the connection, where it is known. */
  readonly address: string | undefined;
  /** It asks for a WebSocket, and its connection can become one. */
  readonly canUpgrade?: boolean | undefined;
  /** A header by its lower-case name; the value of several lines joined by commas. */
  header(name: string): string | undefined;
  /** The body as text. Rejects with `BODY_TOO_LARGE`, and with `BAD_REQUEST` if it is not UTF-8. To be called once. */
  body(limit: number): Promise<string>;
  /** The body as it comes, however large, instead of {@link body}. Rejects if the client cuts it. To be called once. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Calls `leave` when the client goes away before it has its answer. Returns what ends that. */
  onDisconnect(leave: () => void): () => void;
}
