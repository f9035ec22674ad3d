import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { kafkaSink } from '../../../src/bridges/kafka/kafka-sink.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { kafkaCluster, type KafkaCluster } from '../../support/kafka-cluster.ts';
import { eachOnce, sinkMatrix } from '../sink-matrix.ts';

// Brokers and their groups take their time on a busy machine.
jest.setTimeout(120_000);

const TOPIC = 'matrix';
let cluster: KafkaCluster;
let kafka: Kafka;
let consumer: Consumer;
const consumed: RunEvent[] = [];

beforeAll(async () => {
  cluster = await kafkaCluster();
  kafka = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 4 }] }).catch(() => undefined);
  await admin.disconnect();
  consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      consumed.push(JSON.parse(String(message.value)) as RunEvent);
      return Promise.resolve();
    },
  });
});
afterAll(async () => {
  await consumer.disconnect();
  await cluster.close();
});

describe('matrix: Kafka', () => {
  sinkMatrix(() => ({
    sink: () => kafkaSink({ producer: kafka.producer({ maxInFlightRequests: 1 }), topic: TOPIC }),
    records: runId => eachOnce(consumed.filter(event => event.runId === runId)),
  }));
});
