import { EventEmitter } from 'node:events';
import { afterEach, beforeEach } from '@jest/globals';
import type { Output } from '../../src/cli/command-host.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { until } from '../support/settle.ts';

/** A command that runs in this process, on streams that are kept. */
export interface LabCommand {
  readonly said: { readonly out: string; readonly err: string };
  /** Its exit code. */
  readonly ended: Promise<number>;
  signal(name: 'SIGINT' | 'SIGTERM'): void;
  /** Resolves when it has said so on either channel. */
  says(pattern: RegExp): Promise<void>;
}

export interface LabCommandOptions {
  readonly env?: Record<string, string>;
  readonly input?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly isTerminal?: boolean;
}

/** Runs the command line in this process. */
export function labCommand(args: readonly string[], options: LabCommandOptions = {}): LabCommand {
  const { env = {}, input = [], isTerminal = false } = options;
  const said = { out: '', err: '' };
  const signals = new EventEmitter();
  const output = (channel: 'out' | 'err'): Output => ({
    isTerminal,
    columns: isTerminal ? 80 : undefined,
    write: async text =>
      void (said[channel] += typeof text === 'string' ? text : Buffer.from(text).toString()),
  });
  const say = (channel: 'out' | 'err') => (text: string) =>
    void (said[channel] += text.replace(/\n?$/, '\n'));
  const ended = runCommand(args, {
    env,
    cwd: '/',
    home: '/',
    version: '1.2.3',
    page: undefined,
    signals: Object.assign(signals, { exit: () => undefined }),
    input: {
      isTerminal: false,
      async *[Symbol.asyncIterator]() {
        yield* input;
      },
    },
    output: output('out'),
    errorOutput: output('err'),
    hasErrorTerminal: isTerminal,
    outliveErrors: () => undefined,
    print: say('out'),
    complain: say('err'),
  });
  return {
    said,
    ended,
    signal: name => void signals.emit(name),
    says: pattern => until(() => pattern.test(said.out) || pattern.test(said.err), String(pattern)),
  };
}

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A server, and commands that find it. */
export interface CommandLab {
  readonly engine: Engine;
  readonly url: string;
  /** Runs a command that ends by itself. */
  run(args: readonly string[], options?: LabCommandOptions): Promise<Ended>;
  start(args: readonly string[], options?: LabCommandOptions): LabCommand;
}

/** Serves an engine around every test of the `describe` that calls this. */
export function commandLab(options: EngineOptions = {}): CommandLab {
  let engine: Engine;
  let server: HttpServer;
  beforeEach(async () => {
    engine = createEngine({ grace: 0, ...options });
    server = await serveHttp({ engine, port: 0 });
  });
  afterEach(() => engine.close({ whenEnded: () => server.close() }));
  const start = (args: readonly string[], more: LabCommandOptions = {}): LabCommand =>
    labCommand(args, { ...more, env: { SLUICE_URL: server.url, ...more.env } });
  return {
    get engine() {
      return engine;
    },
    get url() {
      return server.url;
    },
    start,
    run: async (args, more) => {
      const command = start(args, more);
      return { code: await command.ended, ...command.said };
    },
  };
}
