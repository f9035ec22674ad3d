import type { SignalSource } from './stop-on-signal.ts';

/** Standard output or standard error, for whoever writes much. */
export interface Output {
  readonly isTerminal: boolean;
  /** Characters in one line of the terminal; `undefined` where there is none. */
  readonly columns: number | undefined;
  /**
   * Resolves when the text, or bytes as they are, is out, so that whoever waits for it is as slow as its reader. Rejects with
   * `ReaderLeft` when nobody reads any more, and with `OUTPUT_LOST` when it cannot be written.
   */
  write(text: string | Uint8Array): Promise<void>;
}

/** Standard input. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTerminal: boolean;
}

/** The process that the command runs in. */
export interface ProcessHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The folder of the package. */
  readonly home: string;
  readonly version: string;
  /** The dashboard as one HTML page; absent where it was not built. */
  readonly page: string | undefined;
  readonly signals: SignalSource;
  readonly input: Input;
  readonly output: Output;
  readonly errorOutput: Output;
  /** Whether somebody sees {@link complain} as it comes. */
  readonly hasErrorTerminal: boolean;
  /** From now on, what nobody caught is told, and does not end the process. */
  readonly outliveErrors: (tell: (error: unknown) => void) => void;
  /** For what was asked for, if it is short. */
  readonly print: (text: string) => void;
  /** For what went wrong. */
  readonly complain: (text: string) => void;
}

/** What a command needs of the process it runs in. */
export interface CommandHost extends ProcessHost {
  /** Says the exit code of a command that does not fail; 0 unless somebody says another. */
  readonly endWith: (code: number) => void;
}
