import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createGate } from '../../src/control/create-gate.ts';
import type { ExecutionContext } from '../../src/control/execution-context.ts';
import type { Policy } from '../../src/control/policy.ts';
import type { Verdict } from '../../src/control/verdict.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { defineEvents } from '../../src/event/define-events.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { runLab } from '../support/run-lab.ts';
import { Floodgate } from '../support/slow-backend.ts';

const SECRET = ['hunter', '22'].join('');
const PROCEED: Verdict = { signal: 'PROCEED' };

/** Judges tokens by their text. */
const words = (verdicts: Readonly<Record<string, unknown>>, more: Partial<Policy> = {}): Policy =>
  ({
    ...{ name: 'words', types: 'token' },
    decide: ({ data }: { data: { content?: string } }) => verdicts[data.content ?? ''] ?? PROCEED,
    ...more,
  }) as Policy;

describe('an engine with a gate', () => {
  it('leaves out, replaces and tells, as policies say, masked', async () => {
    const gate = [
      words({
        spam: { signal: 'SKIP', reason: `${SECRET} is spam` },
        rude: { signal: 'FALLBACK', value: { content: `kind ${SECRET}`, messageId: 'm' } },
      }),
    ];
    const engine = createEngine({ gate, secrets: { KEY: SECRET } });
    const decisions: unknown[] = [];
    let isComplete = false;
    engine.decisions$.subscribe({ next: d => decisions.push(d), complete: () => (isComplete = true) });
    const outcomes: unknown[] = [];
    const run = await engine.start(async ctx => {
      ctx.token('hello.');
      outcomes.push(await ctx.emit('token', { content: 'spam' }));
      outcomes.push(await ctx.emit('token', { content: 'rude' }, { node: 'n', metadata: { a: 1 } }));
      return 'done';
    });
    const seen = collect(run);
    expect(await run.result).toBe('done');
    expect(broken(seen)).toBeUndefined();
    expect(seen.events.slice(1, -1).map(({ type, data, node }) => [type, data, node])).toEqual([
      ['token', { content: 'hello.' }, undefined],
      [
        'control.decided',
        { policy: 'words', signal: 'SKIP', on: 'token', subject: '', reason: '<secret:KEY> is spam' },
        undefined,
      ],
      ['control.decided', { policy: 'words', signal: 'FALLBACK', on: 'token', subject: 'n' }, 'n'],
      ['token', { content: 'kind <secret:KEY>', messageId: 'm' }, 'n'],
    ]);
    expect(outcomes).toEqual([
      { outcome: 'skipped' },
      expect.objectContaining({ outcome: 'stored', seq: 5 }),
    ]);
    expect(seen.events[4]).toMatchObject({ metadata: { a: 1 } });
    const { runId, tenantId, time, id } = seen.events[2]!;
    expect(decisions).toHaveLength(2);
    expect(decisions[0]).toEqual({ ...seen.events[2]!.data, runId, tenantId, time, seq: 3, id });
    await engine.close();
    expect(isComplete).toBe(true);
  });

  it('fails the run over a veto: its signal fires, nothing more is said, and the end tells by whom', async () => {
    const engine = createEngine({
      gate: [words({ bad: { signal: 'FAIL', reason: `no ${SECRET}` } })],
      secrets: { KEY: SECRET },
    });
    let reason: unknown;
    const refused: unknown[] = [];
    const run = await engine.start(async ctx => {
      refused.push(await codeOf(() => ctx.emit('token', { content: 'bad' })));
      reason = ctx.signal.reason;
      ctx.token('after');
      await ctx.emit('tool.failed', { callId: 'c', error: 'cleaned up' });
      return 'never mind';
    });
    const seen = collect(run);
    expect(await codeOf(() => run.result)).toBe('RUN_FAILED');
    expect(seen.types).toEqual(['started', 'control.decided', 'tool.failed', 'error']);
    expect(seen.events.at(-1)).toMatchObject({
      final: true,
      data: {
        code: 'VETOED',
        message: 'token: vetoed by policy "words": no <secret:KEY>',
        details: { policy: 'words', on: 'token' },
        recoverable: false,
      },
    });
    expect([refused, reason]).toMatchObject([['VETOED'], { code: 'VETOED' }]);
    await engine.close();
  });

  it('forces the end of an agent that does not hear the veto', async () => {
    const lab = runLab({
      gate: createGate([words({ bad: { signal: 'FAIL', reason: 'no' } })]),
      grace: 1_000,
    });
    const seen = collect(lab.run);
    lab.actor.begin({}, 0, () => new Promise(() => lab.context.token('bad')));
    await Promise.resolve();
    lab.context.token('more');
    lab.clock.advance(2_000);
    expect(seen.types).toEqual(['started', 'control.decided', 'error']);
    expect(lab.actor.end.wasForced).toBe(true);
    expect(lab.sweep.size).toBe(0);
  });

  it.each<[string, unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('oops');
      },
      'oops',
    ],
    ['answers later', () => Promise.resolve(PROCEED), 'a statement does not wait'],
    ['says RETRY', () => ({ signal: 'RETRY', delay: 1 }), 'RETRY'],
    [
      'replaces by what does not match',
      () => ({ signal: 'FALLBACK', value: { content: 7 } }),
      'data.content',
    ],
    ['replaces by too much', () => ({ signal: 'FALLBACK', value: { content: 'x'.repeat(5_000) } }), '1024'],
    [
      'replaces by what is no JSON',
      () => ({ signal: 'FALLBACK', value: { content: 'x', at: new Date() } }),
      'plain object',
    ],
  ])('fails the run where a policy %s, unless it is open', async (_, decide, message) => {
    for (const onError of ['closed', 'open'] as const) {
      const policy = { name: 'broken', types: 'token', onError, decide } as Policy;
      const engine = createEngine({ gate: [policy], limits: { eventBytes: 1_024 } });
      const run = await engine.start(ctx => ctx.token('x'));
      const seen = collect(run);
      const code = await codeOf(() => run.result);
      if (onError === 'open')
        expect([code, seen.types]).toEqual(['nothing thrown', ['started', 'token', 'complete']]);
      else {
        expect([code, seen.types]).toEqual(['RUN_FAILED', ['started', 'control.decided', 'error']]);
        expect(seen.events.at(-1)!.data).toMatchObject({
          code: 'POLICY_ERROR',
          details: { policy: 'broken' },
        });
        expect(JSON.stringify(seen.events.at(-1)!.data)).toContain(message);
      }
      await engine.close();
    }
  });

  it("holds a replacement against the types that were declared, an agent's before the engine's", async () => {
    const gate = [
      {
        ...{ name: 'custom', types: 'custom:*' },
        decide: (): Verdict => ({ signal: 'FALLBACK', value: { n: 'text' } }),
      },
    ];
    const engine = createEngine({ gate, events: defineEvents({ 'custom:a': z.object({ n: z.number() }) }) });
    const work = (ctx: { custom: (name: never, data: never) => void }): void =>
      ctx.custom('a' as never, { n: 1 } as never);
    expect(await codeOf(async () => (await engine.start(work as never)).result)).toBe('RUN_FAILED');
    const events = defineEvents({ 'custom:a': z.object({ n: z.union([z.number(), z.string()]) }) });
    const agent = defineAgent({ name: 'own', events, run: work });
    expect(await codeOf(async () => (await engine.start(agent as never)).result)).toBe('nothing thrown');
    await engine.close();
  });

  it('judges before the record option leaves out, and records decisions whatever it says', async () => {
    const engine = createEngine({ gate: [words({ bad: { signal: 'SKIP' } })] });
    const run = await engine.start(ctx => ctx.token('bad'), { record: 'minimal' });
    const seen = collect(run);
    await run.result;
    expect(seen.types).toEqual(['started', 'control.decided', 'complete']);
    await engine.close();
  });

  it('finds room for a decision in a mailbox that is full', () => {
    const lab = runLab({
      gate: createGate([words({ a: { signal: 'SKIP' } })]),
      mailbox: { events: 1, bytes: 1_000 },
      append: new Floodgate().pace,
    });
    lab.actor.begin({}, 0);
    lab.context.token('a');
    expect(thrownBy(() => lab.context.step('b'))).toBe('MAILBOX_FULL');
  });

  it('tells policies whose run it is, its metadata masked, and its signal', async () => {
    const told: ExecutionContext[] = [];
    const engine = createEngine({
      gate: [{ name: 'look', decide: (_, context) => (told.push(context), PROCEED) }],
      secrets: { KEY: SECRET },
    });
    const run = await engine.start(
      ctx => {
        ctx.token('x');
        ctx.token('y');
      },
      { tenantId: 'acme', threadId: 'th', metadata: { key: SECRET } },
    );
    await run.result;
    expect(told).toHaveLength(2);
    expect(told[0]).toBe(told[1]);
    expect({ ...told[0] }).toMatchObject({
      ...{ runId: run.id, tenantId: 'acme', threadId: 'th', attempt: 1, metadata: { key: '<secret:KEY>' } },
    });
    expect(told[0]!.signal.aborted).toBe(false);
    await engine.close();
  });

  it('lets policies hear a run from its birth to its end, and its loss', async () => {
    const heard: string[] = [];
    const policy: Policy = {
      ...{ name: 'ear', types: 'token' },
      decide: () => PROCEED,
      observe: ({ type }, { runId }) => void heard.push(`${runId} ${type}`),
    };
    const gate = createGate([policy]);
    const lab = runLab({ gate });
    lab.actor.begin({}, 0);
    lab.context.token('x');
    lab.actor.end.complete('y');
    expect(heard).toEqual(['run started', 'run token', 'run complete']);
    heard.length = 0;
    const lost = runLab({ gate });
    lost.actor.begin({}, 0);
    Object.assign(lost.backend.log, {
      append: () => {
        throw new Error('disk');
      },
    });
    lost.context.token('x');
    expect(heard).toEqual(['run started', 'run token', 'run error']);
  });

  it('takes and loses policies while runs go on, and may be shared by engines', async () => {
    const gate = createGate();
    const engines = [createEngine({ gate }), createEngine({ gate })];
    expect(engines.every(engine => engine.gate === gate)).toBe(true);
    const writers = await Promise.all(engines.map(engine => engine.open()));
    writers[0]!.token('bad');
    gate.add(words({ bad: { signal: 'SKIP' } }));
    for (const writer of writers) writer.token('bad');
    expect(gate.remove('words')).toBe(true);
    writers[1]!.token('bad');
    const types = writers.map(writer => collect(writer.run).types);
    expect(types).toEqual([
      ['started', 'token', 'control.decided'],
      ['started', 'control.decided', 'token'],
    ]);
    for (const writer of writers) await writer.complete();
    await Promise.all(engines.map(engine => engine.close()));
  });

  it('has a gate of its own without one, and refuses what is none', async () => {
    const engine = createEngine();
    expect(engine.gate.policies).toEqual([]);
    await engine.close();
    for (const gate of [null, 'gate', {}]) {
      expect(thrownBy(() => createEngine({ gate: gate as never }))).toBe('BAD_OPTION');
    }
  });

  it("is not made to wait: what comes behind a slow policy's statement is stored at once", async () => {
    const engine = createEngine({
      gate: [words({ slow: new Promise(() => undefined) }, { onError: 'open' })],
    });
    const writer = await engine.open();
    const seen = collect(writer.run);
    writer.token('slow');
    writer.token('quick');
    expect(seen.types).toEqual(['started', 'token', 'token']);
    await writer.complete();
    await engine.close();
  });

  it('refuses async policies that would be asked about statements, whenever they come', async () => {
    const late = { name: 'late', decide: async () => Promise.resolve(PROCEED) };
    const alone = createGate([late]);
    expect(thrownBy(() => createEngine({ gate: [late] }))).toBe('BAD_OPTION');
    expect(thrownBy(() => createEngine({ gate: alone }))).toBe('BAD_OPTION');
    const engine = createEngine({ gate: [{ ...late, types: ['tool.*', 'llm.*', 'node.*'] }] });
    for (const types of ['token', 'custom:*', ['tool.*', 'action'], 'all']) {
      expect(thrownBy(() => engine.gate.add({ ...late, name: 'more', types }))).toBe('BAD_OPTION');
    }
    expect(engine.gate.policies).toHaveLength(1);
    await engine.close();
  });
});
