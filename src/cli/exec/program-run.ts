import { asyncScheduler } from 'rxjs';
import { isSluiceError, type SluiceError } from '../../index.ts';
import { ReaderLeft } from '../reader-left.ts';
import type { CommandHost } from '../command-host.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { copyOutput } from './copy-output.ts';
import type { ExecSettings } from './exec-settings.ts';
import type { Channel } from './output-events.ts';
import { OutputRecorder } from './output-recorder.ts';
import { exitCodeFor, startProgram, type Program, type ProgramEnd } from './program.ts';
import { Recording, type RunEnding } from './recording.ts';
import { onStopSignals } from './stop-signals.ts';

/** Milliseconds without any progress after which nobody waits for the server, once the program has ended. */
const LAST_WORDS = 10_000;
/** The same for somebody who cannot wait: enough for a server that is there. */
const LAST_WORDS_IN_HASTE = 1_000;
/** Milliseconds in which what a stopped program has written is read to its end. */
const LAST_OUTPUT = 2_000;

/** One program as a run: opens the run, starts the program, and ends both. */
export class ProgramRun {
  readonly #settings: ExecSettings;
  readonly #host: CommandHost;
  readonly #atOnce = new AbortController();
  #recording: Recording | undefined;
  #program: Program | undefined;
  /** Why it is cancelled, if it is. */
  #cancelReason: string | undefined;
  #stopSignal: NodeJS.Signals | undefined;
  /** Settled when nobody of the program's group is left, if somebody stopped it. */
  #stopped: Promise<void> | undefined;

  constructor(settings: ExecSettings, host: CommandHost) {
    this.#settings = settings;
    this.#host = host;
  }

  /** Resolves when all is over, with how the program ended. Rejects if it was not started. */
  async run(): Promise<number> {
    onStopSignals(this.#host.signals, (signal, before) => this.#signalled(signal, before));
    this.#recording = await this.#open();
    if (this.#stopSignal) return this.#interrupted(this.#stopSignal);
    const program = await this.#start();
    if (typeof program === 'number') return program;
    this.#program = program;
    if (this.#stopSignal) this.#stop(this.#stopSignal);
    void program.ended.then(() => this.#recording?.hurry(LAST_WORDS));
    const failures = await this.#copy(program);
    const end = await program.ended;
    await this.#stopped;
    await this.#end(endingOf(end, this.#cancelReason), exitCodeFor(end));
    return this.#exitCode(end, failures);
  }

  /** `undefined` if it may go on without. */
  async #open(): Promise<Recording | undefined> {
    const { server, runId, parentId, labels, requireServer } = this.#settings;
    try {
      const opened = await server.client.open({ id: runId, parentId, labels });
      if (this.#host.hasErrorTerminal) {
        this.#say(
          `run ${opened.runId}. Watch it: sluice tail ${opened.runId}${server.urlFlag}, or ${server.url}/#run=${opened.runId}`,
        );
      }
      return new Recording(server, opened.runId, {
        cancelled: () => {
          this.#say('the run was cancelled: stopping the program.');
          this.#cancel('SIGTERM', 'asked by the server');
        },
        lost: error => this.#lost(error),
        waiting: error => this.#say(`what is recorded waits: ${messageOf(error)}`),
        back: () => this.#say('the server answers again, and has all of it.'),
      });
    } catch (error) {
      if (requireServer || !isSluiceError(error, 'CONNECTION_LOST')) throw error;
      this.#say(`nothing is recorded: ${error.message}`);
      return undefined;
    }
  }

  /** The program, or what a shell would end with if there is none. */
  async #start(): Promise<Program | number> {
    const { command, server } = this.#settings;
    const recording = this.#recording;
    const env = { ...this.#host.env, SLUICE_URL: server.url, SLUICE_RUN_ID: recording?.runId };
    try {
      return await startProgram(command, env);
    } catch (error) {
      const { message, details } = error as SluiceError;
      const exitCode = details?.['exitCode'] as number;
      this.#host.complain(`sluice: ${message}`);
      this.#recording?.hurry(LAST_WORDS);
      await this.#end({ status: 'failed', message, details: { exitCode } }, exitCode);
      return exitCode;
    }
  }

  /** What each channel failed with. */
  #copy({ stdout, stderr }: Program): Promise<readonly unknown[]> {
    const recorder = new OutputRecorder(async events => this.#recording?.say(events), this.#settings);
    const { output, errorOutput } = this.#host;
    const copied = (['stdout', 'stderr'] as const).map((channel: Channel) =>
      copyOutput(channel === 'stdout' ? stdout : stderr, channel === 'stdout' ? output : errorOutput, text =>
        recorder.take(text, channel),
      ),
    );
    return Promise.all(copied).finally(() => recorder.end());
  }

  #signalled(signal: NodeJS.Signals, before: number): void {
    if (before === 0) {
      this.#cancel(signal, signal);
      return;
    }
    this.#atOnce.abort();
    this.#recording?.hurry(LAST_WORDS_IN_HASTE);
    if (before > 1 || !this.#program) this.#host.signals.exit(exitCodeFor({ signal }));
  }

  #cancel(signal: NodeJS.Signals, reason: string): void {
    this.#cancelReason ??= reason;
    this.#stop(signal);
  }

  #stop(signal: NodeJS.Signals): void {
    this.#stopSignal ??= signal;
    const program = this.#program;
    if (!program || this.#stopped) return;
    this.#stopped = program.group.stop(signal, this.#settings.grace, this.#atOnce.signal);
    void this.#stopped.then(() => {
      // Who left the group may hold the output open for ever.
      asyncScheduler.schedule(() => {
        program.stdout.destroy();
        program.stderr.destroy();
      }, LAST_OUTPUT);
    });
  }

  #lost(error: unknown): void {
    const isStop = this.#settings.onLost === 'stop';
    this.#say(`the rest is not recorded: ${messageOf(error)}${isStop ? ' Stopping the program.' : ''}`);
    if (isStop) this.#stop('SIGTERM');
  }

  async #end(ending: RunEnding, exitCode: number): Promise<void> {
    const recording = this.#recording;
    await recording?.end(ending);
    if (!this.#settings.isJson) return;
    this.#host.complain(
      JSON.stringify({
        runId: recording?.runId,
        status: ending.status,
        exitCode,
        recorded: recording?.isStored,
      }),
    );
  }

  async #interrupted(signal: NodeJS.Signals): Promise<number> {
    const exitCode = exitCodeFor({ signal });
    this.#recording?.hurry(LAST_WORDS);
    await this.#end({ status: 'cancelled', reason: signal }, exitCode);
    return exitCode;
  }

  #exitCode(end: ProgramEnd, failures: readonly unknown[]): number {
    const code = exitCodeFor(end);
    // A reader that has enough is no failure, and a full disk is not the program's.
    const failure = failures.find(error => error !== undefined && !(error instanceof ReaderLeft));
    if (failure !== undefined) this.#say(messageOf(failure));
    return code === 0 && failure !== undefined ? EXIT_CODES.outputLost : code;
  }

  #say(text: string): void {
    if (!this.#settings.isQuiet) this.#host.complain(`sluice: ${text}`);
  }
}

function endingOf(end: ProgramEnd, cancelReason: string | undefined): RunEnding {
  if (cancelReason !== undefined) return { status: 'cancelled', reason: cancelReason };
  const { exitCode, signal } = end;
  if (signal !== undefined) {
    return { status: 'failed', message: `The program was ended by ${signal}.`, details: { signal } };
  }
  if (exitCode === 0) return { status: 'completed', output: { exitCode } };
  return {
    status: 'failed',
    message: `The program ended with exit code ${exitCode!}.`,
    details: { exitCode: exitCode! },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
