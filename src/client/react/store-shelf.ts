import { LiveStore, type LiveSource } from './live-store.ts';
import type { Server } from './run-target.ts';

/** The stores that somebody looks at: all who look at the same thing share one. */
export class StoreShelf<Content, Source extends LiveSource<Content>> {
  readonly #servers = new Map<Server, Map<string, LiveStore<Content, Source>>>();

  find(server: Server, key: string): LiveStore<Content, Source> | undefined {
    return this.#servers.get(server)?.get(key);
  }

  /** The store for `key`, made if there is none; subscribe at once. It leaves the shelf when nobody looks any more. */
  take(server: Server, key: string, make: () => Source): LiveStore<Content, Source> {
    const known = this.find(server, key);
    if (known) return known;
    const stores = this.#servers.get(server) ?? new Map<string, LiveStore<Content, Source>>();
    const store = new LiveStore<Content, Source>(make(), () => {
      stores.delete(key);
      if (stores.size === 0) this.#servers.delete(server);
    });
    this.#servers.set(server, stores.set(key, store));
    return store;
  }
}
