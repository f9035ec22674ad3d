import { afterEach, beforeEach, expect } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import { type ADAPTERS, posted, type Served } from './adapters.ts';
import { servedEngine } from './served-agents.ts';

/** A served engine, a new one for every test. */
export interface HttpLab {
  readonly engine: Engine;
  fetch: Served['fetch'];
  /** A run of `greet` that has ended. */
  ended(id: string, more?: object): Promise<string>;
}

/** Serves {@link servedEngine} around every test of the `describe` that calls this. */
export function httpLab(serve: (typeof ADAPTERS)[string]): HttpLab {
  let engine: Engine;
  let served: Served;
  beforeEach(async () => {
    engine = servedEngine();
    served = await serve(engine, { page: '<title>Runs</title><script>let a;</script><style>b{}</style>' });
  });
  afterEach(async () => {
    await engine.close();
    await served.close();
  });
  return {
    get engine() {
      return engine;
    },
    fetch: (path, init) => served.fetch(path, init),
    ended: async (id, more = {}) => {
      const answer = await served.fetch('/invoke/greet', posted({ id, ...more }));
      expect(answer.status).toBe(200);
      await answer.text();
      return id;
    },
  };
}
