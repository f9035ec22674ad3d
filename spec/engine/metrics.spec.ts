import { afterEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { RunContext } from '../../src/run/context.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { settle, until } from '../support/settle.ts';
import { ShakyBackend } from '../support/shaky-backend.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

const engines: Engine[] = [];
afterEach(() => Promise.all(engines.splice(0).map(engine => engine.close())));
function engineOf(options: EngineOptions = {}): Engine {
  const engine = createEngine(options);
  engines.push(engine);
  return engine;
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

describe('metrics of an engine', () => {
  it('say what became of its runs and of nobody else’s', async () => {
    const [engine, other] = [engineOf({ grace: 0 }), engineOf()];
    const done = await engine.start(ctx => ctx.token('Hello'));
    const failed = await engine.start(() => {
      throw new Error('no');
    });
    const stopped = await engine.start(() => new Promise(() => undefined));
    await engine.start(ctx => ctx.ask('Well?'));
    await Promise.allSettled([done.result, failed.result]);
    await settle();
    expect(engine.metrics().runs.live).toEqual({ accepted: 0, running: 1, waiting: 1 });
    void stopped.cancel();
    await stopped.result.catch(() => undefined);
    const { runs } = engine.metrics();
    expect(runs.live).toEqual({ accepted: 0, running: 0, waiting: 1 });
    expect(runs).toMatchObject({
      started: 4,
      adopted: 0,
      ended: { completed: 1, failed: 1, cancelled: 1, lost: 0 },
    });
    expect(other.metrics().runs).toMatchObject({ started: 0, ended: { completed: 0 } });
    expect(other.metrics().log.events).toBe(0);
  });

  it('count what was stored, once', async () => {
    const engine = engineOf();
    const run = await engine.start(ctx => {
      for (let n = 0; n < 600; n++) ctx.token('x');
    });
    await run.result;
    const { seq } = await engine.events.tip(run.id);
    const { events, bytes, appendSeconds, refused } = engine.metrics().log;
    expect({ events, refused }).toEqual({ events: seq, refused: 0 });
    expect(bytes).toBeGreaterThan(600 * 'x'.length);
    // The memory answers at once.
    expect(appendSeconds.counts[0]).toBe(sum(appendSeconds.counts));
    expect(appendSeconds.sum).toBe(0);
  });

  it('count what is said behind the end of a run, of whichever run', async () => {
    const engine = engineOf();
    const contexts: RunContext[] = [];
    for (let at = 0; at < 2; at++) await (await engine.start(ctx => void contexts.push(ctx))).result;
    expect(engine.metrics().log.late).toBe(0);
    for (const context of contexts) for (let at = 0; at < 3; at++) context.token('late');
    expect(engine.metrics().log.late).toBe(6);
  });

  it('count repetitions as trouble, and what they bring once', async () => {
    const clock = new ManualClock();
    const shaky = new ShakyBackend(clock);
    const engine = engineOf({ clock, backend: shaky.backend });
    const writer = await engine.open();
    writer.token('one');
    shaky.mood = 'loses its answer';
    writer.token('two');
    await settle();
    shaky.mood = 'well';
    clock.advance(10_000);
    await until(() => engine.metrics().log.events === 3, 'the second append');
    const { log, backendErrors } = engine.metrics();
    expect(backendErrors.append).toBeGreaterThanOrEqual(1);
    expect(log.events).toBe((await engine.events.tip(writer.run.id)).seq);
    expect(sum(log.appendSeconds.counts)).toBe(3);
    // The batch that was repeated took until it was acknowledged.
    expect(log.appendSeconds.sum).toBeGreaterThan(0);
    await writer.complete();
  });

  it('say how deep the deepest mailbox is, and how long the store took', async () => {
    const clock = new ManualClock();
    const gate = new Floodgate();
    const engine = engineOf({ clock, backend: slowBackend({ clock, append: gate.pace }) });
    const [one, other] = [await engine.open(), await engine.open()];
    for (let n = 0; n < 5; n++) one.token('x');
    other.token('y');
    expect(engine.metrics().mailboxes.deepest).toBe(5);
    clock.advance(300);
    gate.open();
    await until(() => engine.metrics().mailboxes.deepest === 0, 'empty mailboxes');
    const { limits, counts } = engine.metrics().log.appendSeconds;
    expect(counts[limits.indexOf(0.5)]).toBe(2);
    await one.complete();
    await other.complete();
  });

  it('count failures of every kind of question', async () => {
    let isAway = false;
    const shaky = <Answer>(work: () => Answer): Answer => {
      if (isAway) throw new Error('away');
      return work();
    };
    const engine = engineOf({ backend: slowBackend({ read: shaky, directory: shaky }) });
    const run = await engine.start(() => 1);
    await run.result;
    isAway = true;
    await expect(engine.events.tip(run.id)).rejects.toThrow('failed to read');
    await expect(engine.runs.get(run.id)).rejects.toThrow();
    isAway = false;
    await expect(engine.runs.list({ page: 'nonsense' })).rejects.toThrow();
    expect(engine.metrics().backendErrors).toEqual({ append: 0, read: 1, directory: 1, lease: 0 });
  });

  it('count what readers missed, what observers dropped, and what was masked', async () => {
    const secret = ['shh', 'very', 'secret'].join('-');
    const limits = { keptEvents: 64 };
    const engine = engineOf({ limits, secrets: { KEY: secret }, onObserverError: () => undefined });
    const observation = engine.observe(
      { next: () => new Promise(() => undefined) },
      { capacity: { events: 1 } },
    );
    const run = await engine.start(ctx => {
      for (let n = 0; n < 200; n++) ctx.token(n === 0 ? `the ${secret} of all` : `word ${n} `);
    });
    const writer = await engine.open();
    const subscription = writer.run.subscribe(() => undefined);
    expect(engine.metrics().readers.subscribers).toBe(1);
    subscription.unsubscribe();
    await writer.complete();
    await run.result;
    const reader = await engine.events.read(run.id, { after: 1 });
    const step = await reader.read();
    expect(step.items[0]).toMatchObject({ notice: 'gap' });
    observation.unsubscribe();
    const { readers, observers, secrets } = engine.metrics();
    expect(readers).toMatchObject({ gaps: 1, subscribers: 0 });
    expect(observers.count).toBe(0);
    expect(observation.dropped).toBeGreaterThan(0);
    expect(observers.dropped).toBe(observation.dropped);
    expect(secrets.masked).toBe(1);
  });

  it('keep the answers of policies that were removed', async () => {
    const engine = engineOf({
      gate: [
        { name: 'no', types: 'token', decide: () => ({ signal: 'SKIP' as const }) },
        { name: 'yes', types: 'token', decide: () => ({ signal: 'PROCEED' as const }) },
      ],
    });
    const writer = await engine.open();
    writer.token('a');
    engine.gate.remove('no');
    writer.token('b');
    expect(engine.metrics().verdicts).toMatchObject({ SKIP: 1, PROCEED: 1 });
    await writer.complete();
  });
});
