/** What a check came to: `good`, something to know about, or something that keeps a server from working. */
export type Health = 'good' | 'notice' | 'broken';

/** One thing that was looked at. */
export interface Finding {
  /** Such as `port`. */
  readonly check: string;
  readonly health: Health;
  /** What was found, without values that may be secrets. */
  readonly message: string;
  /** What to do about it; always there unless it is good. */
  readonly next?: string | undefined;
}

export function good(check: string, message: string): Finding {
  return { check, health: 'good', message };
}

export function notice(check: string, message: string, next: string): Finding {
  return { check, health: 'notice', message, next };
}

export function broken(check: string, message: string, next: string): Finding {
  return { check, health: 'broken', message, next };
}

/** The message of an error, whose last sentence is its next step. */
export function brokenBy(check: string, error: unknown, next: string): Finding {
  return broken(check, error instanceof Error ? error.message : String(error), next);
}
