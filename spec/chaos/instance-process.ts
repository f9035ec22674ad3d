import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** What an instance is told at its start. */
export interface InstanceConfig {
  readonly name: string;
  /** Counts its lives, from 1. */
  readonly life: number;
  readonly redisPort: number;
  readonly prefix: string;
  readonly seed: number;
  readonly history: string;
}

export type ToInstance = { readonly watch: string } | { readonly report: true } | { readonly close: true };

/** What an instance holds. */
export interface InstanceReport {
  readonly handles: Readonly<Record<string, number>>;
  readonly liveRuns: number;
  readonly streams: number;
}

export type FromInstance = { readonly listening: number } | InstanceReport;

/** An engine in a process of its own, that is killed and started again. */
export class InstanceProcess {
  readonly name: string;
  readonly output: WriteStream;
  readonly #program: string;
  readonly #config: Omit<InstanceConfig, 'life' | 'name'>;
  #child: ChildProcess | undefined;
  #life = 0;
  #isPaused = false;

  constructor(program: string, name: string, dir: string, config: Omit<InstanceConfig, 'life' | 'name'>) {
    this.#program = program;
    this.name = name;
    this.#config = config;
    this.output = createWriteStream(join(dir, `instance-${name}.out`));
  }

  /** This life of it, as it signs its history. */
  get by(): string {
    return `${this.name}${this.#life}`;
  }

  get isAlive(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves with the port of its HTTP server. */
  async start(): Promise<number> {
    const life = ++this.#life;
    const config: InstanceConfig = { ...this.#config, name: this.name, life };
    const child = fork(this.#program, [JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!]) stream.pipe(this.output, { end: false });
    const { listening } = await this.#answer<{ listening: number }>(child, 'listening');
    return listening;
  }

  /** Its readers read this run too. */
  watch(run: string): void {
    this.#send({ watch: run });
  }

  async report(): Promise<InstanceReport> {
    const answer = this.#answer<InstanceReport>(this.#child!, 'handles');
    this.#send({ report: true });
    return answer;
  }

  pause(): void {
    this.#isPaused = true;
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#isPaused = false;
    this.#child?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child) await ended(child, () => child.kill('SIGKILL'));
  }

  /** In good order; killed if that takes too long. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (this.#isPaused) this.resume();
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended(child, () => this.#send({ close: true }));
    clearTimeout(late);
    this.#child = undefined;
  }

  #send(message: ToInstance): void {
    // Whoever is being killed hears nothing more.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  #answer<T extends FromInstance>(child: ChildProcess, member: keyof T & string): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error(`instance ${this.name} ended before it told ${member}`));
      if (child.exitCode !== null || child.signalCode !== null) return fail();
      const hear = (message: unknown): void => {
        if (!(member in (message as object))) return;
        child.off('message', hear).off('exit', fail);
        resolve(message as T);
      };
      child.on('message', hear).on('exit', fail);
    });
  }
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    end();
  });
}
