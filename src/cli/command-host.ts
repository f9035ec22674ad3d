import type { SignalSource } from './stop-on-signal.ts';

/** What the command needs of the process it runs in. */
export interface CommandHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The folder of the package. */
  readonly home: string;
  readonly version: string;
  /** The dashboard as one HTML page; absent where it was not built. */
  readonly page: string | undefined;
  readonly signals: SignalSource;
  /** For what was asked for. */
  readonly print: (text: string) => void;
  /** For what went wrong. */
  readonly complain: (text: string) => void;
}
