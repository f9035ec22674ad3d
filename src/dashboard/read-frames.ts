/** One frame of Server-Sent Events; what was not in it is `undefined`. */
export interface Frame {
  readonly event: string | undefined;
  readonly data: string | undefined;
  readonly id: string | undefined;
}

const BREAK = /\r\n|\r|\n/;

/** The frames of a response, all whole ones of a chunk together; comments are empty lists. Ends with the response. */
export async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly Frame[]> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  try {
    for (let rest = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop()!;
      yield blocks.flatMap(block => frameOf(block) ?? []);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function frameOf(block: string): Frame | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split(BREAK)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    fields.set(name, name === 'data' && fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  }
  if (!fields.has('data') && !fields.has('id')) return undefined;
  return { event: fields.get('event'), data: fields.get('data'), id: fields.get('id') };
}
