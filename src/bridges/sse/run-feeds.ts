import type { RunReader } from '../../run/reader.ts';
import type { FrameStyle } from '../frame-style.ts';
import { itemFrame, type FrameMode } from './frames.ts';
import { RunFeed } from './run-feed.ts';
import { RunFeedGroup } from '../run-feed-group.ts';
import type { SseBytes } from './sse-bytes.ts';
import { SsePacking } from './sse-packing.ts';

/** One way of seeing one run. */
export interface RunView {
  /** A reader of the run with the view's filter; its place does not matter. */
  readonly reader: RunReader;
  /** Names one life of a run, and the filter: equal texts, equal events. */
  readonly name: string;
  readonly frames: FrameMode | FrameStyle;
  /** As `?after=` has it. */
  readonly position: string;
}

const OWN_STYLES: Readonly<Record<FrameMode, FrameStyle>> = {
  typed: { name: 'typed', item: item => itemFrame(item, 'typed') },
  message: { name: 'message', item: item => itemFrame(item, 'message') },
};

/** All connections to single runs, grouped by what they see. A group lives as long as it has connections. */
export class RunFeeds {
  readonly #groups = new Map<string, RunFeedGroup<SseBytes>>();

  /** Runs that are watched, each counted once per filter and kind of frames. */
  get size(): number {
    return this.#groups.size;
  }

  open({ reader, name, frames, position }: RunView): RunFeed {
    const style = typeof frames === 'string' ? OWN_STYLES[frames] : frames;
    const key = `${style.name} ${name}`;
    let group = this.#groups.get(key);
    if (!group) this.#groups.set(key, (group = new RunFeedGroup(reader, new SsePacking(style))));
    const joined = group;
    joined.size++;
    return new RunFeed(joined, position, () => {
      if (--joined.size > 0) return;
      joined.close();
      this.#groups.delete(key);
    });
  }
}
