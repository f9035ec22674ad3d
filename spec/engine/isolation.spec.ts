import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { config, finalize, take } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RunContext } from '../../src/run/context.ts';
import { broken, collect } from '../support/collect.ts';
import { until } from '../support/settle.ts';

describe('nobody harms anybody else', () => {
  const unheard: unknown[] = [];
  const thrown: unknown[] = [];
  const note = (error: unknown) => unheard.push(error);
  beforeEach(() => {
    unheard.length = thrown.length = 0;
    process.on('unhandledRejection', note);
    config.onUnhandledError = error => thrown.push(error);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    config.onUnhandledError = null;
  });

  it('whoever throws, hangs, re-enters, leaves at once or never reads', async () => {
    const engine = createEngine({
      observers: [
        () => {
          throw new Error('observer');
        },
        async () => {
          throw new Error('observer, later');
        },
        () => new Promise(() => undefined),
      ],
      window: 2,
    });
    let context!: RunContext;
    let finish!: () => void;
    const run = await engine.start(ctx => {
      context = ctx;
      return new Promise<void>(resolve => (finish = resolve));
    });
    await until(() => finish !== undefined);
    const early = collect(run);
    let throws = 0;
    run.subscribe(() => {
      throws++;
      throw new Error('subscriber');
    });
    let echoes = 10;
    collect(run, () => echoes-- > 0 && context.token('echo'));
    run.pipe(take(2)).subscribe();
    run
      .pipe(
        take(1),
        finalize(() => {
          throw new Error('finalizer');
        }),
      )
      .subscribe();
    const idle = run[Symbol.asyncIterator]();
    const stuck = run[Symbol.asyncIterator]();
    await stuck.next();
    const unread = run.pipe(take(100))[Symbol.asyncIterator]();
    for (let at = 0; at < 50; at++) context.token('x');
    const late = collect(run);
    // What nobody awaits is silent.
    void context.emit('step', { name: 's' });
    void context.ask('?');
    void run.result;
    finish();
    await until(() => early.ended && late.ended);
    void context.emit('step', { name: 'late' });
    void run.cancel();
    void context.ask('?');
    expect([broken(early), broken(late)]).toEqual([undefined, undefined]);
    expect(late.items).toEqual(early.items);
    const slow: unknown[] = [];
    for await (const item of idle) slow.push(item);
    expect(slow).toEqual(early.items);
    await unread.return!();
    await engine.close({ drain: 0 });
    await until(() => thrown.length >= throws);
    expect(thrown.map(String).filter(text => !text.includes('subscriber'))).toEqual([]);
    expect(unheard).toEqual([]);
  });

  it('runs that fail in every way are events, and nothing is left unheard', async () => {
    const engine = createEngine({ grace: 1 });
    const fails: (() => unknown)[] = [
      () => {
        throw new Error('at once');
      },
      () => Promise.reject(new Error('later')),
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- agents reject with anything
      () => Promise.reject(undefined),
      () => () => 'a function',
      () => new Promise((_, reject) => setImmediate(() => reject(new Error('much later')))),
      () => {
        void Promise.resolve().then(() => undefined);
        return 1n;
      },
    ];
    for (const fail of fails) {
      const seen = collect(await engine.start(fail));
      await until(() => seen.ended);
      expect(broken(seen)).toBeUndefined();
      expect(seen.events.at(-1)).toMatchObject({ type: 'error', data: { recoverable: false } });
    }
    await engine.close();
    expect([unheard, thrown]).toEqual([[], []]);
  });
});
