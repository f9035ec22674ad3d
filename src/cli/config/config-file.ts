import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { SluiceError } from '../../index.ts';
import { configProblems } from './config-problem.ts';
import { CONFIG, type Config } from './config-schema.ts';
import { withVariables } from './env-text.ts';

/** A file of settings that was read. */
export interface ConfigFile {
  /** An absolute path. */
  readonly path: string;
  /** Where relative paths in it begin. */
  readonly folder: string;
  readonly config: Config;
  /** What stands in it, before variables were put in and texts read. */
  readonly written: unknown;
}

/** Looked for where the command runs, in this order. */
const NAMES = ['sluice.config.yaml', 'sluice.config.yml', 'sluice.config.json'];

/**
 * The file of settings that a flag, else `SLUICE_CONFIG` names, else the one in `cwd`; `undefined` where there is none.
 * YAML 1.2, and so JSON. Throws `BAD_OPTION`, which says everything that is wrong with it, and no value.
 */
export function readConfig(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): ConfigFile | undefined {
  const given = flag ?? (env['SLUICE_CONFIG'] || undefined);
  const names = given === undefined ? NAMES.filter(name => existsSync(join(cwd, name))) : [given];
  if (names.length > 1)
    throw bad(names.join(' and '), 'expected one of them. Remove the others, or say which: --config FILE.');
  if (names.length === 0) return undefined;
  const path = resolve(cwd, names[0]!);
  const written = parse(path, readText(path));
  const parsed = CONFIG.safeParse(withVariables(written ?? {}, env, { file: path, key: '' }));
  if (!parsed.success)
    throw bad(
      path,
      `${configProblems(parsed.error).join('\n')}\nAll settings are in docs/reference/configuration.md.`,
    );
  return { path, folder: dirname(path), config: parsed.data, written };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw bad(path, `${why}. Give another one: --config FILE.`, cause);
  }
}

/** Aliases are not followed: few lines could stand for gigabytes. */
function parse(path: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const error = document.errors[0];
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw bad(
      path,
      `line ${line}, column ${col}: ${error.code.toLowerCase().replaceAll('_', ' ')}. Expected YAML, or JSON.`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw bad(path, 'expected YAML without aliases.', cause);
  }
}

function bad(path: string, problem: string, cause?: unknown): SluiceError {
  return new SluiceError('BAD_OPTION', `${path}: ${problem}`, { cause });
}
