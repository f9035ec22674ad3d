/** One frame of a stream of Server-Sent Events, as a client sees it. */
export interface Frame {
  readonly event?: string;
  readonly data?: string;
  readonly id?: string;
  readonly retry?: string;
  readonly comment?: string;
}

/** The frames whose blank line has come; what stands behind the last one is not whole. */
export function framesOf(text: string): Frame[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map(frame =>
      Object.fromEntries(
        frame.split('\n').map(line => {
          const at = line.indexOf(':');
          return [at === 0 ? 'comment' : line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
        }),
      ),
    );
}

/** The frames that carry something for the reader. */
export function dataFramesOf(text: string): Frame[] {
  return framesOf(text).filter(frame => frame.data !== undefined);
}

/** What a client sends as `Last-Event-ID` after it has read `text`. */
export function lastIdOf(text: string): string | undefined {
  return framesOf(text).reduce<string | undefined>((last, frame) => frame.id ?? last, undefined);
}

/** The seqs of the events in a text. */
export function seqsOf(text: string): number[] {
  return dataFramesOf(text)
    .map(frame => (JSON.parse(frame.data!) as { seq?: number }).seq)
    .filter(seq => seq !== undefined);
}
