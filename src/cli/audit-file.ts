import { createWriteStream } from 'node:fs';
import type { AuditListener } from '../http/index.ts';
import { SluiceError } from '../index.ts';
import { jsonLine } from './json-line.ts';

/** A file to which deeds are added, one line of JSON each. */
export interface AuditFile {
  readonly listener: AuditListener;
  /** Resolves when everything is written that was told. */
  close(): Promise<void>;
}

/** Opens it, readable for its owner alone where it is new. Rejects with `BAD_OPTION`. */
export async function auditFile(path: string, complain: (text: string) => void): Promise<AuditFile> {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', cause =>
      reject(
        new SluiceError(
          'BAD_OPTION',
          `--audit: ${JSON.stringify(path)} cannot be written (${(cause as NodeJS.ErrnoException).code}).`,
          { cause },
        ),
      ),
    );
  });
  let isLost = false;
  file.on('error', error => {
    if (!isLost)
      complain(`--audit: ${path} takes nothing more (${error.message}). What is done now is not noted.`);
    isLost = true;
  });
  return {
    listener: event => {
      if (!isLost) file.write(`${jsonLine(event)}\n`);
    },
    close: () => new Promise(resolve => (isLost ? resolve() : file.end(() => resolve()))),
  };
}
