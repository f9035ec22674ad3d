import type { WriteStream } from 'node:tty';
import { SluiceError } from '../index.ts';
import type { Output } from './command-host.ts';
import { ReaderLeft } from './reader-left.ts';

/** The output of this process. From now on a failure to write is told to whoever writes, and ends nothing by itself. */
export function processOutput(stream: WriteStream): Output {
  let failure: Error | undefined;
  const failed = (error: Error): Error => (failure ??= outputError(error));
  stream.on('error', failed);
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      // A terminal that does not know its width says 0.
      return (stream.isTTY && stream.columns) || undefined;
    },
    write: text =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        stream.write(text, error => (error ? reject(failed(error)) : resolve()));
      }),
  };
}

function outputError(cause: NodeJS.ErrnoException): Error {
  if (cause.code === 'EPIPE') return new ReaderLeft('nobody reads the output any more', { cause });
  return new SluiceError(
    'OUTPUT_LOST',
    `standard output: it cannot be written (${cause.message}). Make room, or send it elsewhere.`,
    { cause },
  );
}
