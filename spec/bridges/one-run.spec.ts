import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { AbstractAgent, BaseEvent } from '@ag-ui/client';
import type { StreamResponse } from '@a2a-js/sdk';
import { EventSource } from 'eventsource';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { a2a } from '../../src/bridges/a2a/a2a.ts';
import { EXTENSION } from '../../src/bridges/a2a/event-table.ts';
import { agUi } from '../../src/bridges/ag-ui/ag-ui.ts';
import { aiSdkChat } from '../../src/bridges/ai-sdk/ai-sdk-chat.ts';
import { kafkaSink } from '../../src/bridges/kafka/kafka-sink.ts';
import { langGraphAgent } from '../../src/bridges/langgraph/langgraph-agent.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { kafkaCluster, type KafkaCluster } from '../support/kafka-cluster.ts';
import { until } from '../support/settle.ts';
import { clientOf, heard, wordOf } from './a2a/a2a-client.ts';
import { agentAt, applied } from './ag-ui/ag-ui-lab.ts';
import { transportTo } from './ai-sdk/chat-lab.ts';
import { talk } from './langgraph/graphs.ts';

// Brokers and their groups take their time on a busy machine.
jest.setTimeout(120_000);

const TEXT = 'One run, many readers: täglich 🚀.';
const HUMAN = { messages: [{ role: 'user', content: 'hi' }] };

let engine: Engine;
let server: HttpServer;
let cluster: KafkaCluster;
let consumer: Consumer;
const consumed: RunEvent[] = [];

beforeAll(async () => {
  cluster = await kafkaCluster();
  const kafka = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING });
  consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 100, allowAutoTopicCreation: true });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'runs', numPartitions: 4 }] }).catch(() => undefined);
  await admin.disconnect();
  await consumer.connect();
  await consumer.subscribe({ topics: ['runs'], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      consumed.push(JSON.parse(String(message.value)) as RunEvent);
      return Promise.resolve();
    },
  });
  engine = createEngine({ agents: [langGraphAgent({ name: 'graph', graph: talk(TEXT, 20) })] });
  engine.sink(kafkaSink({ producer: kafka.producer({ maxInFlightRequests: 1 }), topic: 'runs' }), {
    name: 'kafka',
  });
  server = await serveHttp({ engine, port: 0, bridges: [a2a(), agUi(), aiSdkChat()] });
});
afterAll(async () => {
  await server.close();
  await engine.close();
  await consumer.disconnect();
  await cluster.close();
});

/** The words of the agent in what A2A says. */
function textsOf(responses: readonly StreamResponse[]): string {
  const artifacts = responses.flatMap(({ payload }) =>
    payload?.$case === 'task'
      ? payload.value.artifacts
      : payload?.$case === 'artifactUpdate' && payload.value.artifact
        ? [payload.value.artifact]
        : [],
  );
  const parts = artifacts.flatMap(artifact => artifact.parts);
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');
}

/** Content as EventSource has it, its pieces in order. */
function byEventSource(runId: string): { pieces: string[]; types: string[] } {
  const seen: { pieces: string[]; types: string[] } = { pieces: [], types: [] };
  const source = new EventSource(`${server.url}/runs/${runId}/events?format=message`);
  const take = ({ data }: { data: string }): void => {
    const { type, data: said } = JSON.parse(data) as RunEvent;
    seen.types.push(type);
    if (type === 'token') seen.pieces.push((said as { content: string }).content);
    if (type === 'complete') source.close();
  };
  for (const type of ['message', 'started', 'token', 'step', 'node.started', 'node.completed', 'complete']) {
    source.addEventListener(type, take);
  }
  return seen;
}

describe('one run that a graph of LangGraph is', () => {
  it('is the same to all who watch it, each in words of its own, also to one who reconnects in the middle', async () => {
    const run = await engine.start('graph', { id: 'shared', threadId: 'chat-1', input: HUMAN });
    const sse = byEventSource(run.id);
    const sdk = await clientOf(server.url);
    const agUiFrames = fetch(`${server.url}/agui/${run.id}`, { headers: { 'last-event-id': '0' } }).then(
      answer => answer.text(),
    );
    const { transport, chunks } = transportTo(server.url, 'graph');
    const chat = transport.reconnectToStream({ chatId: 'chat-1' }).then(async stream => {
      const reader = stream!.getReader();
      while (!(await reader.read()).done) continue;
    });

    const first = await heard(sdk.resubscribeTask({ id: run.id, tenant: '' }), all => all.length === 8);
    const { cursor } = Object(first.at(-1)!.payload!.value.metadata![EXTENSION]) as { cursor: string };
    const rest = await heard(
      sdk.resubscribeTask({ id: run.id, tenant: '' }, { serviceParameters: { 'Last-Event-ID': cursor } }),
    );
    await run.result;
    await chat;
    await until(() => sse.types.at(-1) === 'complete', 'the end at EventSource');
    await until(() => consumed.at(-1)?.type === 'complete', 'the end at Kafka');

    expect(sse.pieces.join('')).toBe(TEXT);
    expect(consumed.map(({ type }) => type)).toEqual(sse.types);
    expect(
      consumed.flatMap(({ type, data }) => (type === 'token' ? [(data as { content: string }).content] : [])),
    ).toEqual(sse.pieces);
    expect(chunks.flatMap(chunk => (chunk.type === 'text-delta' ? [chunk.delta] : [])).join('')).toBe(TEXT);
    const frames = (await agUiFrames)
      .split('\n')
      .filter(line => line.startsWith('data:'))
      .map(line => JSON.parse(line.slice(5)) as BaseEvent & { delta?: string });
    const reader: AbstractAgent = agentAt(server.url, 'graph');
    await applied(reader, [frames]);
    expect(reader.messages.map(({ content }) => content).join('')).toBe(TEXT);
    // What the task held when A2A joined, what came then, and what came behind the cut.
    const [joined, ...early] = first;
    const [, ...late] = rest;
    expect(textsOf([joined!]) + textsOf(early) + textsOf(late)).toBe(TEXT);
    expect([early.length, wordOf(late.at(-1)!)]).toEqual([7, 'COMPLETED']);
  });
});
