import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { streamingOf, type DockrionStreaming } from '../../bridges/dockrion/index.ts';
import { SluiceError } from '../../index.ts';
import { withVariables } from './env-text.ts';

/** The block `streaming` of a Dockfile, variables put in; nothing without a file. Throws `BAD_OPTION`, `BAD_FILTER`. */
export function readDockfile(
  name: string | undefined,
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string | undefined>> },
): DockrionStreaming {
  if (name === undefined) return { notes: [] };
  const path = resolve(folder, name);
  const { streaming } = Object(read(path)) as { streaming?: unknown };
  return streamingOf({ streaming: withVariables(streaming, env, { file: path, key: 'streaming' }) });
}

function read(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : 'it cannot be read as YAML';
    throw new SluiceError('BAD_OPTION', `dockfile: ${path}: ${why}. Name another one.`, { cause });
  }
}
