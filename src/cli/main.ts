#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dashboardPage } from '../dashboard/index.ts';
import { processOutput } from './process-output.ts';
import { runCommand } from './run-command.ts';

// Built, this file is dist/cli.js.
const HOME = new URL('..', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', HOME), 'utf8')) as { version: string };

const output = processOutput(process.stdout);
const errorOutput = processOutput(process.stderr);

const code = await runCommand(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  home: fileURLToPath(HOME),
  version,
  page: builtPage(),
  signals: process,
  // Asked for late: whoever only looks at standard input takes it from a child that shares it.
  input: {
    get isTerminal() {
      return process.stdin.isTTY === true;
    },
    [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
  },
  output,
  errorOutput,
  hasErrorTerminal: process.stderr.isTTY === true,
  outliveErrors: tell => void process.on('uncaughtException', tell),
  print: text => void output.write(text.endsWith('\n') ? text : `${text}\n`).catch(() => undefined),
  complain: text => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
});
// A pipe takes what was printed only bit by bit; who was told to leave does not wait for that.
if (code < 128) await output.write('').catch(() => undefined);
// An agent that does not stop when it is told to may not keep the process alive.
process.exit(code);

/** A build of the command alone has no page to serve. */
function builtPage(): string | undefined {
  try {
    return dashboardPage();
  } catch {
    return undefined;
  }
}
