import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import { kafkaSink, type KafkaProducer } from '../../../src/bridges/kafka/kafka-sink.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { memoryCursorStore } from '../../../src/engine/sinks/cursor-store.ts';
import type { Sink } from '../../../src/engine/sinks/sink.ts';
import { isNotice, type GapNotice } from '../../../src/event/notice.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { kafkaCluster, type KafkaCluster } from '../../support/kafka-cluster.ts';
import { sample } from '../../support/sample-events.ts';
import { settle, until } from '../../support/settle.ts';
import { faultyBrokers, type Fate, type FaultyBrokers } from './faulty-brokers.ts';

// Brokers take their time on a busy machine.
jest.setTimeout(120_000);

const TOO_LARGE = { refused: 10 };
const NOT_ALLOWED = { refused: 29 };
const RUN = { runId: 'run', tenantId: 'tenant' };
const EVENTS = [1, 2, 3, 4, 5].map(seq => sample(seq));
const GAP: GapNotice = { notice: 'gap', runId: 'run', reason: 'trimmed', from: 6, to: 9, cursor: 'e1.9.0' };

let cluster: KafkaCluster;
let wire: FaultyBrokers;
let reader: Kafka;
let fate: (request: Buffer) => Fate = () => 'is written';
const producers: Producer[] = [];
/** Records by run, in the order of the partition. */
const found = new Map<string, { id: string | undefined; seq: number; type: string }[]>();
const seqsOf = (runId: string): number[] => (found.get(runId) ?? []).map(({ seq }) => seq);

beforeAll(async () => {
  cluster = await kafkaCluster();
  wire = await faultyBrokers(cluster.brokers, request => fate(request));
  reader = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING });
  const admin = reader.admin({ retry: { retries: 10 } });
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'runs', numPartitions: 4 }] }).catch(() => undefined);
  await admin.disconnect();
  const consumer = reader.consumer({ groupId: 'reader', maxWaitTimeInMs: 100, retry: { retries: 10 } });
  await consumer.connect();
  await consumer.subscribe({ topics: ['runs'], fromBeginning: true });
  await consumer.run({
    eachMessage({ message: { key, headers = {}, value } }) {
      const type = String(headers['type']);
      const { seq = 0 } = JSON.parse(String(value)) as Partial<RunEvent>;
      const id = headers['id'] === undefined ? undefined : String(headers['id']);
      found.set(String(key), [...(found.get(String(key)) ?? []), { id, seq, type }]);
      return Promise.resolve();
    },
  });
  stop = () => consumer.disconnect();
});
let stop = (): Promise<void> => Promise.resolve();
afterAll(async () => {
  await stop();
  await Promise.all(producers.map(producer => producer.disconnect().catch(() => undefined)));
  await wire.close();
  await cluster.close();
});

function producer(): Producer {
  const kafka = new Kafka({
    ...{ brokers: cluster.brokers, logLevel: logLevel.NOTHING, socketFactory: wire.socketFactory },
    ...{ requestTimeout: 2_000, enforceRequestTimeout: true, retry: { retries: 0 } },
  });
  const made = kafka.producer({ maxInFlightRequests: 1 });
  producers.push(made);
  return made;
}

function bury(): { sink: Sink; seqs: number[] } {
  const seqs: number[] = [];
  return { seqs, sink: { write: events => seqs.push(...events.map(({ seq }) => seq)) } };
}

/** Requests whose records are of this run and hold one of these seqs are refused. */
const refusing =
  (runId: string, seqs: readonly number[], by: Fate) =>
  (request: Buffer): Fate => {
    const text = request.toString('latin1');
    const isHit = seqs.some(seq => text.includes(`"runId":"${runId}"`) && text.includes(`"seq":${seq},`));
    return isHit ? by : 'is written';
  };

const of = (runId: string): RunEvent[] => EVENTS.map(({ seq }) => sample(seq, 'token', {}, { runId }));

describe('kafkaSink, where brokers fail', () => {
  it('buries only what is refused for what it is, each once, and goes on behind it in order', async () => {
    fate = refusing('large', [2, 4], TOO_LARGE);
    const { sink: deadLetter, seqs } = bury();
    const run = { ...RUN, runId: 'large' };
    await kafkaSink({ producer: producer(), topic: 'runs', deadLetter }).write(of('large'), run);
    await until(() => seqsOf('large').length === 3, 'the rest');
    expect([seqsOf('large'), seqs]).toEqual([
      [1, 3, 5],
      [2, 4],
    ]);
  });

  it('writes by halves what is too large together, and waits at what is too large alone', async () => {
    fate = request => (/"seq":1,[^]*"seq":3,/.test(request.toString('latin1')) ? TOO_LARGE : 'is written');
    const sink = kafkaSink({ producer: producer(), topic: 'runs' });
    await sink.write(of('halves'), { ...RUN, runId: 'halves' });
    fate = refusing('alone', [3], TOO_LARGE);
    await expect(sink.write(of('alone'), { ...RUN, runId: 'alone' })).rejects.toMatchObject({ code: 10 });
    await until(() => seqsOf('halves').length === 5 && seqsOf('alone').length === 2, 'what was taken');
    expect([seqsOf('halves'), seqsOf('alone')]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2],
    ]);
  });

  it.each<[string, Fate]>([
    ['away', 'is lost'],
    ['that want other rights', NOT_ALLOWED],
  ])('buries nothing for brokers %s', async (_, how) => {
    fate = () => how;
    const { sink: deadLetter, seqs } = bury();
    const run = { ...RUN, runId: `kept-${typeof how}` };
    const sink = kafkaSink({ producer: producer(), topic: 'runs', deadLetter });
    await expect(sink.write(of(run.runId), run)).rejects.toThrow();
    expect(seqs).toEqual([]);
    fate = () => 'is written';
    await sink.write(of(run.runId), run);
    await until(() => seqsOf(run.runId).length === 5, 'all of it');
    expect([seqsOf(run.runId), seqs]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('writes a notice where it stands, behind a write that was given up and goes on', async () => {
    fate = () => 'is written';
    const slow = producer();
    let goOn = (): void => undefined;
    const held = new Promise<void>(resolve => (goOn = resolve));
    let begun = 0;
    const sink = kafkaSink({
      topic: 'runs',
      producer: {
        connect: () => slow.connect(),
        disconnect: () => slow.disconnect(),
        // The first one alone, so that another could overtake it.
        async send(record) {
          if (begun++ === 0) await held;
          return slow.send(record);
        },
      },
    });
    const run = { ...RUN, runId: 'noticed' };
    const written = sink.write(of('noticed'), run);
    const told = sink.notice!(GAP, run);
    await until(() => begun > 0);
    await settle();
    expect(begun).toBe(1);
    goOn();
    await Promise.all([written, told]);
    await until(() => found.get('noticed')?.length === 6, 'all records');
    expect(found.get('noticed')!.map(({ type }) => type)).toEqual([
      ...EVENTS.map(() => 'token'),
      'notice.gap',
    ]);
  });

  it('holds two writes of a run at the most, however long brokers do not answer', async () => {
    let sent = 0;
    const mute: KafkaProducer = {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      send: () => new Promise(() => sent++),
    };
    const sink = kafkaSink({ producer: mute, topic: 'runs' });
    const given: string[] = [];
    for (let at = 0; at < 100; at++) {
      Promise.resolve(sink.write(EVENTS, RUN)).catch(() => given.push('up'));
    }
    await settle();
    expect([sent, given.length]).toEqual([1, 98]);
    await sink.close!();
    await settle();
    expect([sent, given.length]).toEqual([1, 99]);
  });

  it('leaves no connection open that is made while it is closed', async () => {
    const late = producer();
    const sink = kafkaSink({ producer: late, topic: 'runs' });
    const before = wire.clients;
    const written = Promise.resolve(sink.write(of('late'), { ...RUN, runId: 'late' })).catch(() => 'refused');
    await sink.close!();
    expect(await written).toBe('refused');
    await until(() => wire.clients === before, 'its connections to go');
    expect(seqsOf('late')).toEqual([]);
  });

  it('brings every run whole and in order, however the wire fails, over restarts', async () => {
    const outcome = fc.constantFrom<Fate>(
      ...(['is written', 'is written', 'is lost', 'is written and not acknowledged'] as const),
      NOT_ALLOWED,
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 12 }),
        fc.array(fc.record({ run: fc.nat(3), words: fc.integer({ min: 1, max: 6 }) }), { maxLength: 10 }),
        fc.array(fc.nat(9), { maxLength: 2 }),
        fc.constantFrom(1, 3, 100),
        async (fates, acts, restarts, maxBatch) => {
          let next = 0;
          fate = () => fates[next++] ?? 'is written';
          const engine = createEngine({ backend: memoryBackend() });
          const store = memoryCursorStore();
          const options = { name: 'kafka', store, maxBatch, concurrency: 2, longestRetry: 20 };
          const { sink: deadLetter, seqs: buried } = bury();
          const open = () =>
            engine.sink(kafkaSink({ producer: producer(), topic: 'runs', deadLetter }), {
              ...options,
              onError: () => undefined,
            });
          let handle = open();
          const prefix = `r${round++}`;
          const writers = await Promise.all([0, 1, 2, 3].map(at => engine.open({ id: `${prefix}-${at}` })));
          for (const [at, { run, words }] of acts.entries()) {
            for (let word = 0; word < words; word++) writers[run]!.token(`word ${word}`);
            if (at % 3 === 0) await until(() => handle.written > 0 || handle.retries > 0, 'a try');
            if (!restarts.includes(at)) continue;
            await handle.close({ timeout: 0 });
            handle = open();
          }
          for (const writer of writers) await writer.complete();
          await handle.flush();
          await handle.close();
          for (const { run } of writers) {
            const { items } = await engine.events.search(run.id, { limit: 1_000 });
            const ids = items.flatMap(item => (isNotice(item) ? [] : [item.id]));
            const arrived = () => [...new Set((found.get(run.id) ?? []).map(({ id }) => id))];
            await until(() => arrived().length >= ids.length, `the records of ${run.id}`);
            expect(arrived()).toEqual(ids);
          }
          expect(buried).toEqual([]);
          await engine.close();
        },
      ),
      { numRuns: 12 },
    );
  });
});
