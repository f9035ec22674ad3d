/**
 * What became of one request: never a query, a header, a credential or a body. Masked by what the engine knows. Told
 * once, when its answer was given or its stream is over.
 */
export interface RequestReport {
  /** When it came, RFC 3339. */
  readonly time: string;
  /** As `x-request-id` of the answer has it. */
  readonly requestId: string;
  readonly method: string;
  /** The pattern of its address, `/runs/{id}/events`; `(none)` where there is nothing. */
  readonly route: string;
  readonly status: number;
  /** Milliseconds until the answer began. */
  readonly wait: number;
  /** Milliseconds until all of it was handed to the connection; of a stream, until it was over. */
  readonly duration: number;
  /** What a refusal or failure is called, such as `RUN_NOT_FOUND`. */
  readonly code?: string | undefined;
  /** Who asked, where that is known. */
  readonly subject?: string | undefined;
  readonly tenantId?: string | undefined;
  /** The run that it was about, or that it started. */
  readonly runId?: string | undefined;
  /** Of the client, as far as proxies are believed. */
  readonly address?: string | undefined;
}

/** Told of every request. What it throws is dropped. */
export type RequestListener = (report: RequestReport) => unknown;
