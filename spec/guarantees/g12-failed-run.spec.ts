import { describe, expect, it } from '@jest/globals';
import { map } from 'rxjs';
import type { Awaitable } from '../../src/backends/awaitable.ts';
import type { Backend, Directory, Log } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { isSluiceError, SluiceError } from '../../src/errors/sluice-error.ts';
import { codeOf } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { until } from '../support/settle.ts';
import { processFaults } from './process-faults.ts';

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Ways for an agent to fail. */
const FAILURES: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw new Error('failed');
  },
  'throws nothing': () => {
    throw undefined as unknown as Error;
  },
  'throws a text': () => {
    throw 'failed' as unknown as Error;
  },
  'throws what cannot be read': () => {
    throw revoked() as Error;
  },
  'throws an error of ours': () => {
    throw new SluiceError('ASK_TIMEOUT', 'nobody came');
  },
  rejects: () => Promise.reject(new Error('failed')),
  'returns what throws when it is awaited': () => ({
    then: () => {
      throw new Error('failed');
    },
  }),
  'returns what cannot be written': () => () => 'a function',
  'returns what cannot be read': () => revoked(),
  'never ends what it returns': () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    return cycle;
  },
};

describe('G12: a failed run is a successful stream', () => {
  it.each(Object.entries(FAILURES))('when its agent %s', async (_, failing) => {
    const faults = await processFaults(async () => {
      const engine = createEngine();
      const run = await engine.start(async ctx => {
        await Promise.resolve();
        ctx.token('x');
        return failing();
      });
      void run.result;
      const pushed = collect(run);
      const piped = collect(run.pipe(map(item => item)));
      const logged = collect(engine.events(run.id));
      const pulled: unknown[] = [];
      for await (const item of run) pulled.push(item);
      for (const reader of [pushed, piped, logged, collect(run)]) {
        expect([broken(reader), reader.error]).toEqual([undefined, undefined]);
        expect(reader.types).toEqual(['started', 'token', 'error']);
        expect(reader.events.at(-1)).toMatchObject({ final: true, data: { recoverable: false } });
      }
      expect(pulled).toEqual(pushed.items);
      expect(await engine.runs.get(run.id)).toMatchObject({ status: 'failed' });
      await engine.close();
    });
    // Neither does a result that nobody awaits.
    expect(faults).toEqual([]);
  });

  it('and its result tells its caller what was thrown', async () => {
    const engine = createEngine();
    const thrown = new Error('failed');
    const run = await engine.start(() => Promise.reject(thrown));
    const error: unknown = await run.result.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'SluiceError', code: 'RUN_FAILED', runId: run.id, cause: thrown });
    await engine.close();
  });
});

/** What storage does when it breaks. */
const BREAKS: Readonly<Record<string, () => never | Promise<never>>> = {
  throws: () => {
    throw new Error('the disk is full');
  },
  rejects: () => Promise.reject(new Error('the disk is full')),
};

interface Breaking {
  readonly backend: Backend;
  /** From now on the part breaks. */
  breakDown(part: 'append' | 'read' | 'find'): void;
}

function breakingBackend(fail: () => never | Promise<never>): Breaking {
  const inner = memoryBackend();
  const broke = new Set<string>();
  const unlessBroken = <Answer>(part: string, work: () => Awaitable<Answer>): Awaitable<Answer> =>
    broke.has(part) ? fail() : work();
  const log: Log = {
    append: (key, batch) => unlessBroken('append', () => inner.log.append(key, batch)),
    read: (key, query) => unlessBroken('read', () => inner.log.read(key, query)),
    watch: (key, ring) => inner.log.watch(key, ring),
    trim: (key, seq) => inner.log.trim(key, seq),
  };
  const directory: Directory = {
    create: (record, idempotency) => inner.directory.create(record, idempotency),
    get: key => unlessBroken('find', () => inner.directory.get(key)),
    list: query => inner.directory.list(query),
    update: (key, change) => inner.directory.update(key, change),
    delete: key => inner.directory.delete(key),
    watch: tell => inner.directory.watch(tell),
  };
  return { backend: { ...inner, log, directory }, breakDown: part => broke.add(part) };
}

describe.each(Object.entries(BREAKS))('G12: the error channel, when storage %s', (_, fail) => {
  it('tells live readers, the agent and the caller of a lost log with a code', async () => {
    const faults = await processFaults(async () => {
      const { backend, breakDown } = breakingBackend(fail);
      const engine = createEngine({ backend, grace: 0, storageTimeout: 0 });
      let goOn!: () => void;
      let signal!: AbortSignal;
      const run = await engine.start(async ctx => {
        ({ signal } = ctx);
        await new Promise<void>(resolve => (goOn = resolve));
        ctx.token('lost');
        await new Promise(resolve => setImmediate(resolve));
        return 'done';
      });
      await until(() => goOn !== undefined);
      const readers = [collect(run), collect(run.pipe(map(item => item)))];
      breakDown('append');
      goOn();
      expect(await codeOf(() => run.result)).toBe('STORAGE_LOST');
      await until(() => readers.every(reader => reader.ended));
      for (const reader of readers) {
        expect([isSluiceError(reader.error, 'STORAGE_LOST'), reader.completed]).toEqual([true, false]);
        expect(reader.types).toEqual(['started']);
      }
      expect(isSluiceError(signal.reason, 'STORAGE_LOST')).toBe(true);
      expect(isSluiceError(collect(run).error, 'STORAGE_LOST')).toBe(true);
      await engine.close();
    });
    expect(faults).toEqual([]);
  });

  it('tells readers whose pages do not come with a code, and nobody else', async () => {
    const faults = await processFaults(async () => {
      const { backend, breakDown } = breakingBackend(fail);
      const engine = createEngine({ backend, window: 1, storageTimeout: 0 });
      let goOn!: () => void;
      const run = await engine.start(async ctx => {
        for (let at = 0; at < 5; at++) ctx.token('x');
        await new Promise<void>(resolve => (goOn = resolve));
      });
      await until(() => goOn !== undefined);
      const live = collect(run);
      breakDown('read');
      const readers = [collect(run), collect(engine.events(run.id)), collect(run.pipe(map(item => item)))];
      await until(() => readers.every(reader => reader.ended));
      for (const { error } of readers) expect(isSluiceError(error, 'STORAGE_LOST')).toBe(true);
      expect(await codeOf(() => run[Symbol.asyncIterator]().next())).toBe('STORAGE_LOST');
      breakDown('find');
      const lookedUp = collect(engine.events(run.id));
      await until(() => lookedUp.ended);
      expect(isSluiceError(lookedUp.error, 'STORAGE_LOST')).toBe(true);
      const piped = run.pipe(map(item => item));
      expect(await codeOf(() => piped[Symbol.asyncIterator]().next())).toBe('STORAGE_LOST');
      goOn();
      await run.result;
      expect(broken(live)).toBeUndefined();
      await engine.close();
    });
    expect(faults).toEqual([]);
  });
});
