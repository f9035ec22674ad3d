import type { RunReader } from '../../run/reader.ts';
import { RunFeedGroup } from '../run-feed-group.ts';
import { RunSubscription } from './run-subscription.ts';
import type { SocketBytes } from './socket-bytes.ts';
import { SocketPacking } from './socket-packing.ts';

/** What somebody wants to see of one run. */
export interface SubscriptionView {
  /** A reader of the run with the view's filter; its place does not matter. */
  readonly reader: RunReader;
  /** Names one life of a run, and the filter: equal texts, equal events. */
  readonly name: string;
  /** What messages call the subscription. */
  readonly id: string;
  /** As `?after=` has it. */
  readonly position: string;
  /** What may be sent before more is granted, at least 1. */
  readonly credit: number;
}

/**
 * All subscriptions of the sockets of one server, grouped by what they see. Those that have the same name share the
 * bytes, too. A group lives as long as it has subscriptions.
 */
export class SocketFeeds {
  readonly #groups = new Map<string, RunFeedGroup<SocketBytes>>();

  /** Runs that are watched, each counted once per filter and name. */
  get size(): number {
    return this.#groups.size;
  }

  open({ reader, name, id, position, credit }: SubscriptionView): RunSubscription {
    const key = `${id} ${name}`;
    let group = this.#groups.get(key);
    if (!group) this.#groups.set(key, (group = new RunFeedGroup(reader, new SocketPacking(id))));
    const joined = group;
    joined.size++;
    return new RunSubscription(joined, { position, credit }, () => {
      if (--joined.size > 0) return;
      joined.close();
      this.#groups.delete(key);
    });
  }
}
