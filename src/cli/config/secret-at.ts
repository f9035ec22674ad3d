import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SluiceError } from '../../index.ts';
import type { SecretPlace } from './setting-types.ts';

/** The secret that `key` says the place of. Throws `BAD_OPTION` where there is none. */
export function secretAt(
  key: string,
  place: SecretPlace,
  { env, folder }: { readonly env: Readonly<Record<string, string | undefined>>; readonly folder: string },
): string {
  if (place.env !== undefined) {
    const value = env[place.env];
    if (value) return value;
    throw bad(key, `expected the variable ${place.env} to be set. Set it, or name another one.`);
  }
  const path = resolve(folder, place.file!);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw bad(key, `${path} cannot be read (${code}). Make it readable, or name another file.`, cause);
  }
  // Editors and echo end a file with a line feed that is no part of the secret.
  const value = text.replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw bad(key, `${path} is empty. Put the secret in it.`);
}

function bad(key: string, problem: string, cause?: unknown): SluiceError {
  return new SluiceError('BAD_OPTION', `${key}: ${problem}`, { cause });
}
