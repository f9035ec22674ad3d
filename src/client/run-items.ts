import { isSluiceError } from '../errors/sluice-error.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { CustomEvents, RunEvent } from '../event/run-event.ts';
import { askServer } from './ask-server.ts';
import type { FeedSource } from './feed.ts';
import { FrameStream } from './frame-stream.ts';
import type { StreamSettings } from './options.ts';
import { parseJson } from './parse-json.ts';
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
export function runItems<Custom extends CustomEvents>(
  address: URL,
  settings: StreamSettings,
  place: RunPlace,
  closed: () => void,
): FeedSource<RunItem<Custom>> {
  let seq = seqOf(place.cursor);
  let gone: Notice | undefined;
  const stream = new FrameStream(settings, {
    address,
    url: async signal => {
      if (place.cursor === 'now') {
        // A connection that is cut before its first event could not tell what it has missed.
        place.cursor = await askNow(address, settings, signal);
        seq = seqOf(place.cursor);
      }
      return at(address, place.cursor);
    },
  });
  const end = (): void => {
    place.isEnded = true;
    stream.close();
  };
  /** Whether the item is new. */
  const moveTo = (item: RunItem<Custom>): boolean => {
    if (isNotice(item)) {
      if (item.notice === 'gap') {
        seq = item.to;
        place.cursor = item.cursor;
      } else if (item.notice === 'reset') {
        seq = 0;
        place.cursor = 'start';
        if (item.reason === 'gone') end();
      }
      return true;
    }
    if (item.final) end();
    if (item.seq <= seq) return false;
    seq = item.seq;
    place.cursor = item.id;
    return true;
  };
  return {
    take: () => {
      const told = gone;
      gone = undefined;
      if (told) return told;
      while (!place.isEnded) {
        const frame = stream.take();
        if (!frame) return undefined;
        const item = frame.data === undefined ? undefined : itemOf<Custom>(address, frame.data);
        const isNew = item && moveTo(item);
        if (frame.id) place.cursor = frame.id;
        if (isNew) return item;
        // A place and nothing else: the server has nothing more, and its store has answered.
        if (!item) settings.onState({ status: 'open' });
      }
      return undefined;
    },
    more: async () => {
      if (place.isEnded) return false;
      const isResuming = stream.wasOpen || /\d/.test(place.cursor);
      try {
        return await stream.more();
      } catch (error) {
        if (!isSluiceError(error) || error.details?.status !== 404 || !isResuming) throw error;
      }
      gone = { notice: 'reset', runId: runIdOf(address), reason: 'gone' };
      return (place.isEnded = true);
    },
    close: () => {
      stream.close();
      closed();
    },
  };
}

/** Where the end is. */
async function askNow(address: URL, settings: StreamSettings, signal: AbortSignal): Promise<string> {
  const { body } = await askServer(new URL('offset', address), {}, settings, signal);
  const { cursor } = Object(body) as { readonly cursor?: unknown };
  if (typeof cursor === 'string') return cursor;
  throw badResponse(address, 'expected the offset of a run, got something else');
}

function itemOf<Custom extends CustomEvents>(address: URL, data: string): RunItem<Custom> {
  const item = parseJson(data);
  if (isItem(item)) return item as RunItem<Custom>;
  const shown = JSON.stringify(data.slice(0, 80));
  throw badResponse(address, `expected an event or a notice in each frame, got ${shown}`);
}

function at(address: URL, cursor: string): URL {
  const url = new URL(address);
  url.searchParams.set('after', cursor);
  return url;
}

/** Of `epoch.seq.hash` and of a bare seq; 0 of `start` and `now`. */
export function seqOf(cursor: string): number {
  const parts = cursor.split('.');
  return Number(parts[1] ?? parts[0]) || 0;
}

/** Whether it is an event or a notice. */
export function isItem(item: unknown): item is object {
  const { seq, type, notice } = Object(item) as Readonly<Record<string, unknown>>;
  return typeof (typeof seq === 'number' ? type : notice) === 'string';
}
