import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { apiKeys, SCOPES, type ApiKey } from '../../http/index.ts';
import { SluiceError } from '../../index.ts';

const entries = z.array(
  z.strictObject({
    hash: z.string(),
    subject: z.string(),
    tenantId: z.string().optional(),
    scopes: z.array(z.enum(SCOPES)).optional(),
    expiresAt: z.string().optional(),
  }),
);

/** How many digits of a hash tell keys apart for people. */
const ID_DIGITS = 8;

/** The keys of a file: a JSON array of {@link ApiKey}. Throws `BAD_OPTION`, which never shows what stands in the file. */
export function readKeys(path: string): readonly ApiKey[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw bad(path, `${why}. Make one: sluice keys new --subject NAME --file ${path}`, cause);
  }
  return parseKeys(path, text);
}

function parseKeys(path: string, text: string): readonly ApiKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(
      path,
      'expected a JSON array of keys, got something that is no JSON. Mend it, or make it anew.',
    );
  }
  const parsed = entries.safeParse(value);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    throw bad(
      path,
      `keys${at.map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')}: ${message}.`,
    );
  }
  try {
    apiKeys(parsed.data);
  } catch (cause) {
    throw bad(path, (cause as Error).message, cause);
  }
  return parsed.data;
}

/**
 * Changes a file of keys as a whole: whoever reads it meanwhile sees the old or the new one, and two who change it at once
 * do not lose what the other did, since the second is refused. A new file is its owner's alone. Throws `BAD_OPTION`.
 */
export function changeKeys(path: string, change: (keys: readonly ApiKey[]) => readonly ApiKey[]): void {
  const draft = `${path}.new`;
  const mode = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
  const file = openDraft(path, draft, mode);
  try {
    const before = statSync(path, { throwIfNoEntry: false }) ? readKeys(path) : [];
    writeSync(file, `${JSON.stringify(change(before), null, 2)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(draft, path);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  }
}

function openDraft(path: string, draft: string, mode: number): number {
  try {
    return openSync(draft, 'wx', mode);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw bad(
        path,
        `another command changes it just now. If none does, remove ${draft} and try again.`,
        cause,
      );
    throw bad(
      path,
      `${dirname(path)} cannot be written in (${code}). Choose another place, or make it writable.`,
      cause,
    );
  }
}

/** What people call a key by. */
export function keyId({ hash }: ApiKey): string {
  return hash.slice('sha256:'.length, 'sha256:'.length + ID_DIGITS);
}

function bad(path: string, problem: string, cause?: unknown): SluiceError {
  return new SluiceError('BAD_OPTION', `${path}: ${problem}`, { cause });
}
