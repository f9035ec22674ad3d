import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Kafka, logLevel, type Consumer, type EachMessagePayload } from 'kafkajs';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import { kafkaSink } from '../../../src/bridges/kafka/kafka-sink.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { memoryCursorStore } from '../../../src/engine/sinks/cursor-store.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { collect } from '../../support/collect.ts';
import { kafkaCluster, type KafkaCluster } from '../../support/kafka-cluster.ts';
import { until } from '../../support/settle.ts';

// Brokers and their groups take their time on a busy machine.
jest.setTimeout(120_000);

const TOPICS = ['plain', 'away', 'of-x'];
let cluster: KafkaCluster;
let kafka: Kafka;
let consumer: Consumer;
/** What a consumer has found, by topic. */
const found = new Map<string, Found[]>(TOPICS.map(topic => [topic, []]));

beforeAll(async () => {
  cluster = await kafkaCluster();
  kafka = new Kafka({
    ...{ brokers: cluster.brokers, logLevel: logLevel.NOTHING },
    ...{ requestTimeout: 500, enforceRequestTimeout: true, retry: { retries: 0 } },
  });
  const admin = kafka.admin({ retry: { retries: 10 } });
  await admin.connect();
  await admin
    .createTopics({ topics: TOPICS.map(topic => ({ topic, numPartitions: 4 })) })
    .catch(() => undefined);
  await admin.disconnect();
  consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 100, retry: { retries: 10 } });
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  await consumer.run({ eachMessage: message => Promise.resolve(take(message)) });
});
afterAll(async () => {
  await consumer.disconnect();
  await cluster.close();
});

function take({ topic, partition, message: { key, value, headers = {} } }: EachMessagePayload): void {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
  found.get(topic)!.push({
    ...{ partition, key: String(key), event: JSON.parse(String(value)) as RunEvent },
    headers: Object.fromEntries(texts) as Record<string, string>,
  });
}

/** What is in a topic when it is enough. */
async function consumed(topic: string, isEnough: (records: readonly Found[]) => boolean): Promise<Found[]> {
  const records = found.get(topic)!;
  await until(() => isEnough(records), `the records of ${topic}`);
  return records;
}

interface Found {
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly event: RunEvent;
}

async function talk(engine: Engine, id: string, words: number): Promise<RunEvent[]> {
  const run = await engine.start(
    ctx => {
      for (let n = 0; n < words; n++) ctx.token(`word ${n}`);
    },
    { id },
  );
  const seen = collect(run);
  await until(() => seen.completed, `the end of ${id}`);
  return seen.events;
}

const isWhole =
  (events: readonly RunEvent[]) =>
  (found: readonly Found[]): boolean =>
    new Set(found.map(({ event }) => event.id)).size === events.length;

/** The records of a run without those that came again, which must have come before. */
function onceEach(found: readonly Found[], runId: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (const { event } of found.filter(({ key }) => key === runId)) {
    if (event.seq > events.length + 1) throw new Error(`${event.seq} after ${events.length}`);
    if (event.seq === events.length + 1) events.push(event);
  }
  return events;
}

describe('kafkaSink', () => {
  it('writes each run to one partition, in order, under its id', async () => {
    const engine = createEngine();
    engine.sink(kafkaSink({ producer: kafka.producer(), topic: 'plain' }), { name: 'kafka' });
    const runs = await Promise.all([talk(engine, 'a', 300), talk(engine, 'b', 10), talk(engine, 'c', 1)]);
    const records = await consumed('plain', isWhole(runs.flat()));
    await engine.close();
    for (const events of runs) {
      const { runId } = events[0]!;
      const own = records.filter(({ key }) => key === runId);
      expect(own.map(({ event }) => event)).toEqual(events);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
    }
    const [{ headers, event }] = records as [Found];
    expect(headers).toEqual({
      ...{ id: event.id, seq: String(event.seq), type: event.type, tenantId: 'default' },
      'content-type': 'application/json',
    });
  });

  it('loses nothing and keeps the order where brokers are away, and where the process is another', async () => {
    const backend = memoryBackend();
    const store = memoryCursorStore();
    const options = { name: 'kafka', store, maxBatch: 20, longestRetry: 50, onError: () => undefined };
    const before = createEngine({ backend });
    const sink = before.sink(kafkaSink({ producer: kafka.producer(), topic: 'away' }), options);
    const first = await talk(before, 'first', 30);
    await sink.flush();
    cluster.stall();
    const second = await talk(before, 'second', 300);
    await until(() => sink.health === 'failing', 'the sink to fail');
    await sink.close({ timeout: 0 });
    cluster.goOn();
    const after = createEngine({ backend });
    after.sink(kafkaSink({ producer: kafka.producer(), topic: 'away' }), options);
    const records = await consumed('away', isWhole([...first, ...second]));
    await after.close();
    expect(onceEach(records, 'first')).toEqual(first);
    expect(onceEach(records, 'second')).toEqual(second);
  });

  it('writes notices, to the topic of their run', async () => {
    const engine = createEngine();
    const sink = kafkaSink({ producer: kafka.producer(), topic: ({ runId }) => `of-${runId}` });
    const notice = { notice: 'gap', runId: 'x', reason: 'trimmed', from: 1, to: 9, cursor: 'e.9.0' } as const;
    await sink.notice!(notice, { runId: 'x', tenantId: 'default' });
    const [record] = await consumed('of-x', records => records.length === 1);
    expect(record).toMatchObject({ key: 'x', headers: { type: 'notice.gap' }, event: notice });
    await sink.close!();
    await engine.close();
  });

  it.each([
    [{ producer: {}, topic: 't' }, /kafkaSink: producer\.send/],
    [{ producer: { send: () => undefined }, topic: '' }, /kafkaSink: topic/],
  ])('refuses %j', (options, message) => {
    expect(() => kafkaSink(options as never)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
