/**
 * What a policy answers. `value` of SKIP and FALLBACK is what the call resolves with, or the data that a statement is
 * replaced by; `delay` is in milliseconds.
 */
export type Verdict =
  /** It may go ahead, as far as this policy is concerned: the next one is asked. */
  | { readonly signal: 'PROCEED' }
  /** It is left out. */
  | { readonly signal: 'SKIP'; readonly value?: unknown; readonly reason?: string | undefined }
  /** Once more after `delay`; only where something failed or may be asked again: never for a statement. */
  | { readonly signal: 'RETRY'; readonly delay: number; readonly reason?: string | undefined }
  /** Something else in its place. */
  | { readonly signal: 'FALLBACK'; readonly value: unknown; readonly reason?: string | undefined }
  /** It must not be. By default the run fails. */
  | { readonly signal: 'FAIL'; readonly reason: string };

/** What a gate decided: the first verdict that is not PROCEED, by whom; or ERROR, a policy that broke. */
export type Decision =
  | { readonly signal: 'PROCEED' }
  | (Exclude<Verdict, { readonly signal: 'PROCEED' }> & { readonly policy: string })
  | { readonly signal: 'ERROR'; readonly reason: string; readonly policy: string };

/** The words of decisions. */
export type Signal = Decision['signal'];
