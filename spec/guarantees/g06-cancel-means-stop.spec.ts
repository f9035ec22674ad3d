import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import type { RunContext } from '../../src/run/context.ts';
import type { Run } from '../../src/run/run-handle.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { posted } from '../http/adapters.ts';
import { broken, collect, type Collected } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';

const GRACE = 1_000;

interface Working {
  readonly clock: ManualClock;
  readonly engine: Engine;
  readonly run: Run;
  readonly ctx: RunContext;
  readonly watcher: Collected;
  /** Lets the agent return. */
  readonly finish: (output: unknown) => void;
}

/** A run whose agent returns when the spec says so, whatever its signal says. */
async function working(): Promise<Working> {
  const clock = new ManualClock();
  let ctx!: RunContext;
  let finish!: (output: unknown) => void;
  const agent = defineAgent({
    name: 'stubborn',
    run: given => {
      ctx = given;
      return new Promise(resolve => (finish = resolve));
    },
  });
  const engine = createEngine({ clock, grace: GRACE, agents: [agent] });
  const run = await engine.start(agent, { id: 'r' });
  const watcher = collect(run);
  await until(() => ctx !== undefined);
  return { clock, engine, run, ctx, watcher, finish };
}

const request = (engine: Engine, path: string, init?: RequestInit): Promise<Response> =>
  createHandler(engine)(new Request(`http://localhost${path}`, init));

/** Ways to ask a run to stop. */
const CANCELS: Readonly<Record<string, (scene: Working) => unknown>> = {
  'its handle': ({ run }) => void run.cancel('enough'),
  'the engine': ({ engine }) => engine.runs.cancel('r', { reason: 'enough' }),
  HTTP: ({ engine }) => request(engine, '/runs/r/cancel', posted({ reason: 'enough' })),
  'erasing it': ({ engine }) => engine.runs.delete('r', { reason: 'enough' }),
  'closing the engine': ({ engine }) => void engine.close(),
};

describe.each(Object.entries(CANCELS))('G6: a cancel by %s', (_, cancel) => {
  it('fires the signal, waits for the agent, and ends the run as cancelled', async () => {
    const scene = await working();
    const { ctx, run, watcher, finish } = scene;
    await cancel(scene);
    await until(() => ctx.signal.aborted);
    expect(ctx.signal.reason).toMatchObject({ code: 'RUN_CANCELLED' });
    ctx.token('cleaning up');
    expect(run.status).toBe('running');
    finish('done after all');
    await until(() => watcher.completed);
    expect(watcher.types).toEqual(['started', 'token', 'cancelled']);
    expect(watcher.events.at(-1)!.data).not.toHaveProperty('forced');
    expect(broken(watcher)).toBeUndefined();
    await scene.engine.close();
  });

  it('ends it by force when its agent does not return within the grace', async () => {
    const scene = await working();
    const { clock, ctx, watcher } = scene;
    await cancel(scene);
    await until(() => ctx.signal.aborted);
    clock.advance(GRACE - 1);
    await settle();
    expect(watcher.completed).toBe(false);
    // A deadline is late by its resolution at the most.
    clock.advance(300);
    await until(() => watcher.completed);
    expect(watcher.events.at(-1)).toMatchObject({ type: 'cancelled', data: { forced: true } });
    expect(broken(watcher)).toBeUndefined();
    await scene.engine.close();
  });
});

describe('G6: a cancel', () => {
  it('fires the signal inside the call, and everything the agent said before is stored', async () => {
    const { run, ctx, watcher, finish, engine } = await working();
    for (let at = 0; at < 5; at++) ctx.token('x');
    let heard = 0;
    ctx.signal.addEventListener('abort', () => heard++);
    void run.cancel('enough');
    expect(heard).toBe(1);
    void run.cancel('again');
    expect(heard).toBe(1);
    finish('done');
    await until(() => watcher.completed);
    expect(watcher.events.at(-1)).toMatchObject({ seq: 7, data: { reason: 'enough' } });
    await engine.close();
  });

  it('reaches an agent that looks at its signal only later', async () => {
    const engine = createEngine();
    let look!: () => void;
    const run = await engine.start(async ctx => {
      await new Promise<void>(resolve => (look = resolve));
      return ctx.signal.aborted;
    });
    await until(() => look !== undefined);
    const watcher = collect(run);
    void run.cancel();
    look();
    await until(() => watcher.completed);
    expect(watcher.types).toEqual(['started', 'cancelled']);
    await engine.close();
  });

  it('drops the questions that are open', async () => {
    const { run, ctx, finish, engine, watcher } = await working();
    const answer = ctx.ask('Go on?');
    void run.cancel();
    await expect(answer).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    finish(undefined);
    await until(() => watcher.completed);
    expect(watcher.events.at(-1)).toMatchObject({ type: 'cancelled', final: true });
    await engine.close();
  });
});

describe('G6: a viewer that leaves', () => {
  it('cancels nothing, whichever way it watched', async () => {
    const { run, ctx, watcher, finish, engine } = await working();
    const subscription = run.subscribe();
    subscription.unsubscribe();
    for await (const item of run) if (item) break;
    for await (const item of run.pipe()) if (item) break;
    engine.events('r').subscribe().unsubscribe();
    engine.feed().subscribe().unsubscribe();
    const stream = await request(engine, '/runs/r/events');
    const reader = stream.body!.getReader();
    await reader.read();
    await reader.cancel();
    await settle();
    expect([ctx.signal.aborted, run.status]).toEqual([false, 'running']);
    finish('done');
    await until(() => watcher.completed);
    expect(watcher.types).toEqual(['started', 'complete']);
    await engine.close();
  });

  it.each([
    ['goes on', undefined, false],
    ['goes on if it said so', 'continue', false],
    ['stops if it asked for that', 'cancel', true],
  ])('over HTTP: the run %s', async (_, onDisconnect, isCancelled) => {
    const signals: AbortSignal[] = [];
    const agent = defineAgent({
      name: 'patient',
      run: ctx => {
        signals.push(ctx.signal);
        return new Promise(resolve => ctx.signal.addEventListener('abort', () => resolve('stopped')));
      },
    });
    const engine = createEngine({ agents: [agent] });
    const stream = await request(engine, '/invoke/patient/stream', posted({ id: 's', onDisconnect }));
    const reader = stream.body!.getReader();
    await reader.read();
    await until(() => signals.length === 1);
    await reader.cancel();
    await settle();
    expect(signals[0]!.aborted).toBe(isCancelled);
    expect(await engine.runs.get('s')).toMatchObject({ status: isCancelled ? 'cancelled' : 'running' });
    await engine.close();
  });
});
