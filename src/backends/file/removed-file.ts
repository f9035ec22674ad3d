import { SluiceError } from '../../errors/sluice-error.ts';

/** A file was taken away from under the process that writes it: what is written to it from then on nobody can read. */
export function removedFile(path: string): SluiceError {
  return new SluiceError(
    'STORAGE_LOST',
    `file backend: expected ${JSON.stringify(path)}, which was removed or replaced while it was written. Put it back ` +
      'as it was, or stop this process and start it on the folder as it is now.',
  );
}

/** Says it where the system says that there is no such file. */
export function notThere(path: string): (error: unknown) => never {
  return error => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? removedFile(path) : error;
  };
}
