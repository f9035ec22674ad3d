import { isSluiceError } from '../errors/sluice-error.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { CustomEvents, RunEvent } from '../event/run-event.ts';
import { askServer } from './ask-server.ts';
import type { FeedSource } from './feed.ts';
import { FrameStream } from './frame-stream.ts';
import type { StreamSettings } from './options.ts';
import { runIdOf } from './run-address.ts';
import { badResponse } from './send-request.ts';

/** What a reader of a run is given. */
export type RunItem<Custom extends CustomEvents> = RunEvent<Custom> | Notice;

/** A place in a run, and the newest event that was seen of it. */
export interface RunPlace {
  cursor: string;
  isEnded: boolean;
}

/** The items of one run, each event once; moves the place with each item that it gives. */
export class RunItems<Custom extends CustomEvents> implements FeedSource<RunItem<Custom>> {
  readonly #stream: FrameStream;
  readonly #address: URL;
  readonly #settings: StreamSettings;
  readonly #place: RunPlace;
  readonly #closed: () => void;
  #seq: number;
  #told: RunItem<Custom> | undefined;

  constructor(address: URL, settings: StreamSettings, place: RunPlace, closed: () => void) {
    this.#address = address;
    this.#settings = settings;
    this.#place = place;
    this.#closed = closed;
    this.#seq = seqOf(place.cursor);
    this.#stream = new FrameStream(settings, { address, url: signal => this.#url(signal) });
  }

  take(): RunItem<Custom> | undefined {
    const told = this.#told;
    this.#told = undefined;
    if (told) return told;
    while (!this.#place.isEnded) {
      const frame = this.#stream.take();
      if (!frame) return undefined;
      const item = frame.data === undefined ? undefined : this.#itemOf(frame.data);
      const isNew = item && this.#moveTo(item);
      if (frame.id) this.#place.cursor = frame.id;
      if (isNew) return item;
    }
    return undefined;
  }

  async more(): Promise<boolean> {
    if (this.#place.isEnded) return false;
    const isResuming = this.#stream.wasOpen || /\d/.test(this.#place.cursor);
    try {
      return await this.#stream.more();
    } catch (error) {
      if (!isSluiceError(error) || error.details?.status !== 404 || !isResuming) throw error;
    }
    const runId = runIdOf(this.#address);
    this.#told = { notice: 'reset', runId, reason: 'gone' };
    this.#place.isEnded = true;
    return true;
  }

  close(): void {
    this.#stream.close();
    this.#closed();
  }

  async #url(signal: AbortSignal): Promise<URL> {
    if (this.#place.cursor === 'now') await this.#findNow(signal);
    return at(this.#address, this.#place.cursor);
  }

  /** Asks where the end is: a connection that is cut before its first event could not tell what it has missed. */
  async #findNow(signal: AbortSignal): Promise<void> {
    const { body } = await askServer(new URL('offset', this.#address), {}, this.#settings, signal);
    const { cursor } = Object(body) as { readonly cursor?: unknown };
    if (typeof cursor !== 'string')
      throw badResponse(this.#address, 'expected the offset of a run, got something else');
    this.#place.cursor = cursor;
    this.#seq = seqOf(cursor);
  }

  #itemOf(data: string): RunItem<Custom> {
    const item = parsed(data);
    if (isItem(item)) return item as RunItem<Custom>;
    const shown = JSON.stringify(data.slice(0, 80));
    throw badResponse(this.#address, `expected an event or a notice in each frame, got ${shown}`);
  }

  /** Whether the item is new. */
  #moveTo(item: RunItem<Custom>): boolean {
    const place = this.#place;
    if (isNotice(item)) {
      if (item.notice === 'gap') {
        this.#seq = item.to;
        place.cursor = item.cursor;
      } else if (item.notice === 'reset') {
        this.#seq = 0;
        place.cursor = 'start';
        if (item.reason === 'gone') this.#end();
      }
      return true;
    }
    if (item.final) this.#end();
    if (item.seq <= this.#seq) return false;
    this.#seq = item.seq;
    place.cursor = item.id;
    return true;
  }

  #end(): void {
    this.#place.isEnded = true;
    this.#stream.close();
  }
}

function at(address: URL, cursor: string): URL {
  const url = new URL(address);
  url.searchParams.set('after', cursor);
  return url;
}

/** Of `epoch.seq.hash` and of a bare seq; 0 of `start` and `now`. */
function seqOf(cursor: string): number {
  const parts = cursor.split('.');
  return Number(parts[1] ?? parts[0]) || 0;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function isItem(item: unknown): boolean {
  const { seq, type, notice } = Object(item) as Readonly<Record<string, unknown>>;
  return typeof seq === 'number' ? typeof type === 'string' : typeof notice === 'string';
}
