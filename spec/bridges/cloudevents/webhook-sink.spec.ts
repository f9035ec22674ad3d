import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { webhookSink, type WebhookSinkOptions } from '../../../src/bridges/cloudevents/webhook-sink.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Sink } from '../../../src/engine/sinks/sink.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { sample } from '../../support/sample-events.ts';
import { until } from '../../support/settle.ts';
import { receiver, signatureOf } from './receiver.ts';
import { receiverLab } from './receiver-lab.ts';

jest.setTimeout(60_000);

const receiving = receiverLab();

const RUN = { runId: 'run', tenantId: 'tenant' };
const EVENTS = [1, 2, 3, 4, 5].map(seq => sample(seq));
const seqsOf = (events: readonly object[]): number[] =>
  events.map(event => Number((event as { sequence?: unknown }).sequence));
const bury = (): { sink: Sink; seqs: number[] } => {
  const seqs: number[] = [];
  return { seqs, sink: { write: events => seqs.push(...events.map(({ seq }) => seq)) } };
};

describe('webhookSink', () => {
  it('sends a run, signed, as the run goes on', async () => {
    const secrets = ['newer', 'older'].map(word => `${word} secret of the hook`);
    const { url, requests, taken } = await receiving();
    const engine = createEngine({ secrets: { KEY: ['pass', 'phrase', '4711'].join('-') } });
    engine.sink(webhookSink({ url, secret: secrets, headers: { 'x-team': 'red' } }), { name: 'hook' });
    const run = await engine.start(ctx => ctx.token(['my pass', 'phrase', '4711'].join('-')));
    await run.result;
    await engine.close();
    expect(taken.map(({ type }) => type)).toEqual(
      ['started', 'token', 'complete'].map(type => `dev.sluice.${type}`),
    );
    expect(JSON.stringify(requests)).not.toContain(['phrase', '4711'].join('-'));
    for (const request of requests) {
      expect(request.headers['x-team']).toBe('red');
      expect(request.headers['webhook-signature']).toBe(
        secrets.map(secret => signatureOf(request, secret)).join(' '),
      );
      expect(request.headers['webhook-id']).toBe(request.events[0]!.id);
    }
  });

  it('keeps the order and loses nothing, however a receiver fails', async () => {
    const fault = fc.constantFrom<number | undefined>(undefined, 500, 503, 429, 408, 302);
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 12 }), fc.boolean(), async (faults, batch) => {
        const { url, taken, close } = await receiver((_, at) => {
          const status = at < faults.length ? faults[at] : 204;
          return status === undefined ? { status: 500 } : { status };
        });
        const sink = webhookSink({ url, batch });
        let tries = 0;
        for (let isWritten = false; !isWritten && tries < 20; tries++) {
          isWritten = await Promise.resolve(sink.write(EVENTS, RUN)).then(
            () => true,
            () => false,
          );
        }
        await close();
        // What was taken is not sent again in the next try.
        expect(seqsOf(taken)).toEqual([1, 2, 3, 4, 5]);
      }),
      { numRuns: 30 },
    );
  });

  it('sends a write in one request, if told so', async () => {
    const { url, requests } = await receiving();
    await webhookSink({ url, batch: true }).write(EVENTS, RUN);
    expect(requests.map(({ events }) => seqsOf(events))).toEqual([[1, 2, 3, 4, 5]]);
    expect(requests[0]!.headers['content-type']).toContain('application/cloudevents-batch+json');
  });

  it('buries what is refused for good, or too often, and goes on behind it', async () => {
    const { url, taken } = await receiving(({ events }) => {
      const [seq] = seqsOf(events);
      return { status: seq === 2 ? 422 : seq === 4 ? 500 : 204 };
    });
    const { sink: deadLetter, seqs } = bury();
    const told: unknown[] = [];
    const onDeadLetter: WebhookSinkOptions['onDeadLetter'] = (events, { status }) =>
      told.push([events[0]!.seq, status]);
    const sink = webhookSink({ url, deadLetter, attempts: 2, onDeadLetter });
    await expect(sink.write(EVENTS, RUN)).rejects.toThrow('answered 500');
    await sink.write(EVENTS, RUN);
    expect([seqsOf(taken), seqs, told]).toEqual([
      [1, 3, 5],
      [2, 4],
      [
        [2, 422],
        [4, 500],
      ],
    ]);
  });

  it.each([401, 403, 404, 500])('waits at an answer %i, which is about the receiver', async status => {
    const { url, taken } = await receiving((_, at) => ({ status: at === 1 ? status : 204 }));
    const { sink: deadLetter, seqs } = bury();
    const sink = webhookSink({ url, deadLetter });
    await expect(sink.write(EVENTS, RUN)).rejects.toThrow(`answered ${status}`);
    await sink.write(EVENTS, RUN);
    expect([seqsOf(taken), seqs]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('waits at what is refused for good where nobody buries it', async () => {
    const { url, taken } = await receiving((_, at) => ({ status: at === 1 ? 400 : 204 }));
    const sink = webhookSink({ url });
    await expect(sink.write(EVENTS, RUN)).rejects.toThrow('answered 400');
    expect(seqsOf(taken)).toEqual([1]);
  });

  it.each([
    ['30', 30_000],
    ['Thu, 01 Jan 1970 00:00:40 GMT', 40_000],
  ])('leaves a receiver alone that asks for time: %s', async (after, wait) => {
    const clock = new ManualClock(0);
    const { url, requests } = await receiving((_, at) =>
      at === 0 ? { status: 503, headers: { 'retry-after': after } } : { status: 204 },
    );
    const sink = webhookSink({ url, clock });
    await expect(sink.write(EVENTS, RUN)).rejects.toThrow('answered 503');
    await expect(sink.write(EVENTS, RUN)).rejects.toThrow('to be left alone');
    expect(requests).toHaveLength(1);
    clock.advance(wait);
    await sink.write(EVENTS, RUN);
    expect(requests).toHaveLength(6);
  });

  it('waits no longer than its time for an answer', async () => {
    const clock = new ManualClock();
    const { url, requests } = await receiving(() => undefined);
    const written = Promise.resolve(webhookSink({ url, clock, timeout: 1_000 }).write(EVENTS, RUN));
    await until(() => requests.length === 1);
    clock.advance(1_000);
    await expect(written).rejects.toThrow('did not answer within 1000 ms');
  });

  it('keeps the order where a write begins while one is under way', async () => {
    const { url, taken } = await receiving();
    const sink = webhookSink({ url });
    await Promise.all([sink.write(EVENTS, RUN), sink.write(EVENTS, RUN)]);
    expect(seqsOf(taken)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    [{ url: 'hook' }, /webhookSink: url: expected an absolute address/],
    [{ secret: 'short' }, /webhookSink: secret: expected at least 16 bytes, got 5/],
    [{ secret: `whsec_${Buffer.from('short').toString('base64')}` }, /at least 16 bytes, got 5/],
    [{ headers: { 'a b': 'c' } }, /webhookSink: headers/],
    [{ timeout: 0 }, /webhookSink: timeout/],
    [{ attempts: 1.5 }, /webhookSink: attempts/],
    [{ deadLetter: {} }, /webhookSink: deadLetter/],
    [{ onDeadLetter: 1 }, /webhookSink: onDeadLetter/],
  ])('refuses %j', (options, message) => {
    const given = { url: 'http://h/', ...options } as unknown as WebhookSinkOptions;
    expect(() => webhookSink(given)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
