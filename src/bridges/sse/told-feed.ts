import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { ReadStep, RunReader } from '../../run/reader.ts';
import { soon } from '../../time/soon.ts';
import type { Teller } from '../teller.ts';
import { HEARTBEAT_FRAME } from './frames.ts';
import { SseBytes } from './sse-bytes.ts';
import { SILENT } from '../bell.ts';
import type { SseFeed } from './sse-feed.ts';

/** What a {@link ToldFeed} reads, and what it asks. */
export interface Told {
  readonly teller: Teller;
  /** Stands where the client does. */
  readonly reader: RunReader;
  /** Stands before the first event; absent where the client does, too. */
  readonly past?: RunReader | undefined;
  /** Frames of the next event that the client has. */
  readonly part: number;
  /** Whether nobody has answered a question yet. */
  readonly isOpen: (askId: string) => Promise<boolean>;
}

/** Events of one burst. */
const MOST_EVENTS = 64;

/**
 * One run on one connection in the words of another system. What the client has is read once more before anything is
 * sent, so that it is known what was open there. Ends with the run, and at a question that nobody has answered yet.
 * Memory: a position, a page while a question is looked up, and what the teller keeps.
 */
export class ToldFeed implements SseFeed {
  bell = SILENT;
  readonly #told: Told;
  readonly #unwatch: () => void;
  #rest: readonly (Entry | Notice)[] = [];
  #state: ReadStep['state'] = 'more';
  #isOver = false;
  #isDue = true;
  #ahead: ReadStep | undefined;
  #prelude = '';
  #stopBell: (() => void) | undefined;

  constructor(told: Told) {
    this.#told = told;
    this.#unwatch = told.reader.watch(() => this.#ring());
  }

  get ended(): boolean {
    return this.#isOver;
  }

  /** Reads what the client knows, and tells whether its place is exactly the end of an ended run. */
  async begin(): Promise<{ readonly isPastEnd: boolean }> {
    const { reader, past, teller, part } = this.#told;
    // Where the client stands is the log's to say, before anything is taken for known.
    const { seq } = reader;
    const step = await this.#read();
    if (step.trouble) throw step.trouble.error;
    const isLost = step.items.some(item => isNotice(item) && item.notice === 'reset');
    if (past && !isLost) {
      await knowUpTo(seq, past, teller);
      this.#prelude = teller.rejoin(part);
    }
    this.#ahead = step;
    return { isPastEnd: step.state === 'end' && step.items.length === 0 };
  }

  next(): SseBytes | undefined | Promise<SseBytes | undefined> {
    while (!this.#isOver) {
      if (this.#rest.length > 0) {
        const bytes = this.#tell();
        if (bytes) return bytes;
        continue;
      }
      if (this.#state === 'end') return this.#end();
      if (this.#state === 'tip' && !this.#isDue) return this.#take('');
      const step = this.#ahead ?? this.#read();
      this.#ahead = undefined;
      if (!('items' in step)) {
        return step.then(read => {
          this.#receive(read);
          return this.next();
        });
      }
      this.#receive(step);
    }
    return undefined;
  }

  heartbeat(): SseBytes {
    return new SseBytes(HEARTBEAT_FRAME);
  }

  close(): void {
    this.#isOver = true;
    this.#rest = [];
    this.#stopBell?.();
    this.#unwatch();
    this.#told.reader.close();
  }

  #read(): ReadStep | Promise<ReadStep> {
    // Before the log is asked: what rings from here on may not be in its answer.
    this.#isDue = false;
    return this.#told.reader.read(MOST_EVENTS);
  }

  #receive({ items, state }: ReadStep): void {
    this.#rest = items;
    this.#state = state;
  }

  /** Tells what is at hand, up to a question. */
  #tell(): SseBytes | undefined | Promise<SseBytes | undefined> {
    const { teller, isOpen } = this.#told;
    const items = this.#rest;
    this.#rest = [];
    let text = '';
    for (const [at, item] of items.entries()) {
      text += teller.tell(item);
      const { question } = teller;
      if (question === undefined) continue;
      this.#rest = items.slice(at + 1);
      return isOpen(question).then(isWaiting => {
        if (!isWaiting) return this.#take(text) ?? this.next();
        this.#rest = [];
        return this.#end(text);
      });
    }
    return this.#take(text);
  }

  #end(text = ''): SseBytes | undefined {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    return this.#take(text + (this.#told.teller.farewell?.() ?? ''));
  }

  #take(text: string): SseBytes | undefined {
    const whole = this.#prelude + text;
    this.#prelude = '';
    return whole === '' ? undefined : new SseBytes(whole);
  }

  #ring(): void {
    this.#isDue = true;
    this.#stopBell ??= soon(() => {
      this.#stopBell = undefined;
      this.bell.ring();
    });
  }
}

/** Others have their turn between the pages of a long run. */
async function knowUpTo(seq: number, past: RunReader, teller: Teller): Promise<void> {
  for (;;) {
    const step = await past.read();
    if (step.trouble) throw step.trouble.error;
    for (const item of step.items) {
      if (!isNotice(item) && item.seq > seq) return;
      teller.know(item);
    }
    if (step.state !== 'more' || past.seq >= seq) return;
    await new Promise<void>(resolve => void soon(resolve));
  }
}
