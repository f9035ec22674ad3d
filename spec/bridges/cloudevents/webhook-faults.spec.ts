import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import { webhookSink } from '../../../src/bridges/cloudevents/webhook-sink.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { memoryCursorStore } from '../../../src/engine/sinks/cursor-store.ts';
import type { Sink } from '../../../src/engine/sinks/sink.ts';
import { isNotice, type GapNotice } from '../../../src/event/notice.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { sample } from '../../support/sample-events.ts';
import { settle, until } from '../../support/settle.ts';
import { receiver, signatureOf, type Said } from './receiver.ts';
import { receiverLab } from './receiver-lab.ts';

// Many runs, tried many times: a deadline that only a fault reaches.
jest.setTimeout(120_000);

const receiving = receiverLab();

const RUN = { runId: 'run', tenantId: 'tenant' };
const EVENTS = [1, 2, 3, 4, 5].map(seq => sample(seq));
const GAP: GapNotice = { notice: 'gap', runId: 'run', reason: 'trimmed', from: 6, to: 9, cursor: 'e1.9.0' };
const seqOf = (event: object): number => Number((event as { sequence?: unknown }).sequence);
const bury = () => {
  const [seqs, notices]: [number[], string[]] = [[], []];
  const sink: Sink = {
    write: events => seqs.push(...events.map(({ seq }) => seq)),
    notice: ({ notice }) => notices.push(notice),
  };
  return { sink, seqs, notices };
};
const settled = (work: unknown): Promise<string> =>
  Promise.resolve(work).then(
    () => 'done',
    (error: unknown) => String(error),
  );

describe('webhookSink, where receivers fail', () => {
  it('brings every run whole and in order, however a receiver fails, over restarts', async () => {
    const outcome = fc.constantFrom<Said | 'is taken, and the answer lost'>(
      ...([{ status: 204 }, { status: 204 }, { status: 500 }, { status: 302 }, { status: 410 }] as const),
      ...(['is taken, and the answer lost', 'hang up'] as const),
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 413, headers: { 'retry-after': 'Thu, 01 Jan 2099 00:00:00 GMT' } },
      undefined,
    );
    const acts = fc.array(fc.record({ run: fc.nat(3), words: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 10,
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 12 }),
        acts,
        fc.array(fc.nat(9), { maxLength: 2 }),
        fc.record({ maxBatch: fc.constantFrom(1, 3, 100), batch: fc.boolean() }),
        async (outcomes, acts, restarts, { maxBatch, batch }) => {
          // Its receivers are asked for no more time than this clock gives them.
          const clock = new ManualClock(Date.now());
          const arrived = new Map<string, Set<string>>();
          let silent = 0;
          const hook = await receiver((request, at) => {
            const next = outcomes[at] ?? { status: 204 };
            const isLost = next === 'is taken, and the answer lost';
            if (isLost || (typeof next === 'object' && next.status === 204)) {
              for (const { subject, id } of request.events) {
                arrived.set(subject!, (arrived.get(subject!) ?? new Set()).add(id));
              }
            }
            if (next === undefined) silent++;
            return isLost ? 'hang up' : next;
          });
          const engine = createEngine({ backend: memoryBackend() });
          const store = memoryCursorStore();
          const options = { name: 'hook', store, maxBatch, concurrency: 2, longestRetry: 20 };
          const { sink: deadLetter, seqs: buried } = bury();
          const open = () =>
            engine.sink(webhookSink({ url: hook.url, batch, clock, deadLetter, timeout: 5_000 }), {
              ...options,
              onError: () => clock.advance(3_600_000),
            });
          let handle = open();
          const prefix = `r${round++}`;
          const writers = await Promise.all([0, 1, 2, 3].map(at => engine.open({ id: `${prefix}-${at}` })));
          const unheard = (): boolean => {
            if (silent > 0) clock.advance(5_000);
            return false;
          };
          for (const [at, { run, words }] of acts.entries()) {
            for (let word = 0; word < words; word++) writers[run]!.token(`word ${word}`);
            if (at % 3 === 0) await until(() => unheard() || handle.written + handle.retries > 0, 'a try');
            if (!restarts.includes(at)) continue;
            await handle.close({ timeout: 0 });
            handle = open();
          }
          for (const writer of writers) await writer.complete();
          let isFlushed = false;
          void handle.flush().then(() => (isFlushed = true));
          await until(() => unheard() || isFlushed, 'everything to be sent');
          for (const { run } of writers) {
            const { items } = await engine.events.search(run.id, { limit: 1_000 });
            const ids = items.flatMap(item => (isNotice(item) ? [] : [`${run.id}/${item.id}`]));
            expect([...arrived.get(run.id)!]).toEqual(ids);
          }
          expect(buried).toEqual([]);
          await engine.close();
          await hook.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('sends a notice where it stands, behind a write that was given up and goes on', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>(resolve => (goOn = resolve));
    const { url, requests, taken } = await receiving(async (_, at) => {
      if (at === 0) await held;
      return { status: 204 };
    });
    const sink = webhookSink({ url });
    const written = sink.write(EVENTS, RUN);
    const told = sink.notice!(GAP, RUN);
    await until(() => requests.length === 1);
    await settle();
    goOn();
    await Promise.all([written, told]);
    expect(taken.map(event => event.type.replace('dev.sluice.', '')).slice(-2)).toEqual([
      'custom:sample',
      'notice.gap',
    ]);
  });

  it('leaves a receiver alone that asks for time, whatever it was sent, for any run', async () => {
    const clock = new ManualClock(0);
    const { url, requests } = await receiving((_, at) =>
      at === 0 ? { status: 429, headers: { 'retry-after': '30' } } : { status: 204 },
    );
    const sink = webhookSink({ url, clock });
    expect(await settled(sink.notice!(GAP, RUN))).toContain('answered 429');
    for (const run of [RUN, { ...RUN, runId: 'other' }]) {
      expect(await settled(sink.notice!(GAP, run))).toContain('to be left alone');
      expect(await settled(sink.write(EVENTS, run))).toContain('to be left alone');
    }
    expect(requests).toHaveLength(1);
    clock.advance(30_000);
    await sink.notice!(GAP, RUN);
    expect(requests).toHaveLength(2);
  });

  it('leaves a receiver alone for an hour at the most', async () => {
    const clock = new ManualClock(0);
    const { url, requests } = await receiving((_, at) =>
      at === 0 ? { status: 503, headers: { 'retry-after': '999999999' } } : { status: 204 },
    );
    const sink = webhookSink({ url, clock });
    await settled(sink.notice!(GAP, RUN));
    clock.advance(3_600_000);
    await sink.notice!(GAP, RUN);
    expect(requests).toHaveLength(2);
  });

  it('buries a notice that is refused for good, or too often, and goes on behind it', async () => {
    const { url, taken } = await receiving(({ events }, at) => ({
      status: events[0]!.type.includes('notice') ? (at === 0 ? 422 : 500) : 204,
    }));
    const { sink: deadLetter, notices } = bury();
    const sink = webhookSink({ url, deadLetter, attempts: 2 });
    await sink.notice!(GAP, RUN);
    expect(notices).toEqual(['gap']);
    expect(await settled(sink.notice!(GAP, RUN))).toContain('answered 500');
    await sink.notice!(GAP, RUN);
    await sink.write(EVENTS, RUN);
    expect([notices, taken.map(seqOf)]).toEqual([
      ['gap', 'gap'],
      [1, 2, 3, 4, 5],
    ]);
  });

  it('counts the tries of each event alone', async () => {
    const { url, taken } = await receiving((_, at) => ({ status: [500, 500, 204, 500, 500].at(at) ?? 204 }));
    const { sink: deadLetter, seqs } = bury();
    const sink = webhookSink({ url, deadLetter, attempts: 3 });
    let tries = 0;
    while ((await settled(sink.write(EVENTS, RUN))) !== 'done') tries++;
    expect([tries, taken.map(seqOf), seqs]).toEqual([4, [1, 2, 3, 4, 5], []]);
  });

  it.each([410, 405, 423])('waits at an answer %i, which is about the receiver', async status => {
    const { url, taken } = await receiving((_, at) => ({ status: at === 1 ? status : 204 }));
    const { sink: deadLetter, seqs } = bury();
    const sink = webhookSink({ url, deadLetter });
    expect(await settled(sink.write(EVENTS, RUN))).toContain(`answered ${status}`);
    await sink.write(EVENTS, RUN);
    expect([taken.map(seqOf), seqs]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('sends a batch by halves that is too large, and buries of it only what is refused alone', async () => {
    const { url, taken } = await receiving(({ events }) => {
      const isBad = events.some(event => seqOf(event) === 4);
      return { status: events.length > 2 ? 413 : isBad ? 422 : 204 };
    });
    const { sink: deadLetter, seqs } = bury();
    await webhookSink({ url, batch: true, deadLetter }).write(EVENTS, RUN);
    expect([taken.map(seqOf), seqs]).toEqual([[1, 2, 3, 5], [4]]);
    const alone = webhookSink({ url, batch: true });
    expect(await settled(alone.write(EVENTS, RUN))).toContain('answered 422');
    expect(taken.map(seqOf)).toEqual([1, 2, 3, 5, 1, 2, 3]);
  });

  it('signs a batch over the very bytes that it sends', async () => {
    const secret = 'a secret of the hook';
    const { url, requests } = await receiving();
    const events = [sample(1, 'token', { content: 'ä \u2028 😀 \ud800' }), sample(2)];
    await webhookSink({ url, batch: true, secret }).write(events, RUN);
    for (const request of requests) {
      expect(request.headers['webhook-signature']).toBe(signatureOf(request, secret));
    }
    expect(requests).toHaveLength(1);
  });

  it('buries once, though who is told of it fails, and tries again where the grave fails', async () => {
    const { url, taken } = await receiving(({ events }) => ({ status: seqOf(events[0]!) === 2 ? 422 : 204 }));
    const { sink: grave, seqs } = bury();
    let isFull = true;
    const deadLetter: Sink = {
      write: (events, run) => {
        if (isFull) throw new Error('full');
        return grave.write(events, run);
      },
    };
    const onDeadLetter = (): never => {
      throw new Error('nobody listens');
    };
    const sink = webhookSink({ url, deadLetter, onDeadLetter });
    expect(await settled(sink.write(EVENTS, RUN))).toContain('full');
    isFull = false;
    await sink.write(EVENTS, RUN);
    expect([taken.map(seqOf), seqs]).toEqual([[1, 3, 4, 5], [2]]);
  });

  it('ends a request under way when it is closed, however much time that one has', async () => {
    const { url, requests } = await receiving((_, at) => (at === 1 ? undefined : { status: 204 }));
    const sink = webhookSink({ url, clock: new ManualClock() });
    const ends: string[] = [];
    for (const write of [1, 2])
      void settled(sink.write(EVENTS, RUN)).then(end => ends.push(`${write} ${end}`));
    await until(() => requests.length === 2);
    await sink.close!();
    await until(() => ends.length === 2, 'the end of both writes');
    expect(ends.find(end => end.startsWith('1'))).toContain('the sink was closed');
    expect(requests).toHaveLength(2);
  });

  it('sends nothing more of a write when it is closed between two requests', async () => {
    const { url, requests } = await receiving(() => ({ status: 422 }));
    let goOn = (): void => undefined;
    let isBurying = false;
    const deadLetter: Sink = {
      write: () => ((isBurying = true), new Promise<void>(resolve => (goOn = resolve))),
    };
    const sink = webhookSink({ url, deadLetter });
    const written = settled(sink.write(EVENTS, RUN));
    await until(() => isBurying);
    await sink.close!();
    goOn();
    expect(await written).toContain('the sink was closed');
    expect(requests).toHaveLength(1);
  });

  it('holds two writes of a run at the most, however long a receiver does not answer', async () => {
    const { url, requests } = await receiving(() => undefined);
    const sink = webhookSink({ url });
    const given: string[] = [];
    for (let at = 0; at < 100; at++) void settled(sink.write(EVENTS, RUN)).then(end => given.push(end));
    await until(() => requests.length === 1 && given.length >= 98);
    await settle();
    expect([requests.length, given.length]).toEqual([1, 98]);
    await sink.close!();
    await until(() => given.length === 100);
  });

  it('does not hold up an engine that closes in a hurry', async () => {
    const { url, requests } = await receiving(() => undefined);
    const engine = createEngine();
    engine.sink(webhookSink({ url }), { name: 'hook', onError: () => undefined });
    const run = await engine.start(ctx => ctx.token('x'));
    await run.result;
    await until(() => requests.length === 1);
    const { unfinished } = await engine.close({ drain: 0 });
    expect(unfinished).toEqual([{ id: 'hook', kind: 'sink', left: 1 }]);
  });
});
