import { createReadStream } from 'node:fs';

const BREAK = 10;

/**
 * The lines of a file, without their breaks; what stands behind the last break is no line. Only `\n` breaks a line:
 * JSON may hold the other breaks of Unicode as they are. Memory: one line and one chunk.
 */
export async function* fileLines(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(BREAK); end !== -1; end = chunk.indexOf(BREAK, start)) {
      const line = chunk.subarray(start, end);
      yield rest.length > 0 ? Buffer.concat([rest, line]) : line;
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]);
  }
}
