#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.ts';

// Built, this file is dist/cli.js, beside dist/dashboard.
const HOME = new URL('..', import.meta.url);
const PAGE = new URL('dashboard/index.html', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', HOME), 'utf8')) as { version: string };

const code = await runCommand(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  home: fileURLToPath(HOME),
  version,
  page: existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : undefined,
  signals: process,
  print: text => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  complain: text => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
});
// An agent that does not stop when it is told to may not keep the process alive.
process.exit(code);
