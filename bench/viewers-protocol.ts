/** What a server asks of its viewers; each is answered once. */
export type Asked =
  | {
      readonly ask: 'open';
      readonly port: number;
      readonly path: string;
      readonly headers?: string | undefined;
      readonly connections: number;
    }
  | { readonly ask: 'fetch'; readonly port: number; readonly path: string }
  /** Counts from 0 again; with `latencies` notes how old events are when they come. */
  | { readonly ask: 'reset'; readonly latencies?: boolean }
  /** Answered when all connections together have seen so many events. */
  | { readonly ask: 'await'; readonly events: number }
  /** The median of the latencies, in nanoseconds. */
  | { readonly ask: 'latency' };

export interface Told {
  readonly tell: 'done';
  readonly value: number;
}
