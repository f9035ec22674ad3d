import { trace, metrics } from '@opentelemetry/api';
import { toCloudEvent } from '../../src/bridges/cloudevents/cloud-event.ts';
import { kafkaSink, toKafkaMessage, type KafkaProducer } from '../../src/bridges/kafka/kafka-sink.ts';
import { traceRuns } from '../../src/bridges/opentelemetry/trace-runs.ts';
import { createEngine, type Engine, type RunEvent } from '../../src/index.ts';
import { cpuMicros, cpuPerOperation, median } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';
import { tokenTexts } from '../sizes.ts';

const POOL = 1_024;
/** What comes in 10 ms of 50,000 events a second. */
const BURST = 500;
const BURSTS = 400;
const SLICES = 5;

/** What keeps the written from being optimised away. */
let total = 0;

/** What it costs to make a record of Kafka of an event. */
export const kafkaMap = mapRow(
  'kafka-map',
  'Kafka: token → record',
  event => toKafkaMessage(event).value.length,
);

/** What it costs to make a CloudEvent of an event. */
export const cloudEventsMap = mapRow(
  'cloudevents-map',
  'CloudEvents: token → JSON text',
  event => JSON.stringify(toCloudEvent(event)).length,
);

/** What a sink to Kafka adds to the calls of an agent that emits. */
export const kafkaEmit = emitterRow('kafka-emit', 'a sink to Kafka, whose brokers answer at once', engine => {
  const producer: KafkaProducer = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    send: ({ messages }) => Promise.resolve((total += messages.length)),
  };
  engine.sink(kafkaSink({ producer, topic: 'runs' }), { name: 'kafka' });
});

/** What traces add to the calls of an agent that emits. */
export const otelEmit = emitterRow('otel-emit', 'traces of OpenTelemetry', engine =>
  traceRuns(engine, { tracer: trace.getTracer('bench'), meter: metrics.getMeter('bench') }),
);

function mapRow(name: string, what: string, map: (event: RunEvent) => number): Row {
  const each = (one: (event: RunEvent) => number): Promise<number> => {
    const events = prebuiltTokens(POOL);
    return cpuPerOperation(times => {
      for (let at = 0; at < times; at++) total += one(events[at % POOL]!);
    });
  };
  return {
    ...{ name, what, unit: 'ns', goal: { of: 'ratio', atMost: 2 } },
    against: 'JSON.stringify of the event',
    base: () => each(event => JSON.stringify(event).length),
    ours: () => each(map),
    others: {},
  };
}

function emitterRow(name: string, with_: string, add: (engine: Engine) => unknown): Row {
  return {
    name,
    what: `emit a token, ${BURST} a turn, with ${with_}: the time within the calls`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: 1.1 },
    against: 'the same without',
    base: async () => (await emitting(() => undefined)).calls,
    ours: async () => (await emitting(add)).calls,
    others: {
      'the same, all that the process does, later turns too': async () => (await emitting(add)).process,
      'the same without, all that the process does': async () => (await emitting(() => undefined)).process,
    },
  };
}

/** CPU nanoseconds of an event: within the calls, and of the process from the first to the last. */
interface Emitting {
  readonly calls: number;
  readonly process: number;
}

async function emitting(add: (engine: Engine) => unknown): Promise<Emitting> {
  const engine = createEngine();
  await add(engine);
  const writer = await engine.open({ idle: Infinity });
  const texts = tokenTexts(POOL);
  const slices: Emitting[] = [];
  // The first warms up.
  for (let slice = 0; slice <= SLICES; slice++) {
    let spent = 0;
    const begun = cpuMicros();
    for (let burst = 0; burst < BURSTS; burst++) {
      const before = cpuMicros();
      for (let at = 0; at < BURST; at++) writer.token(texts[at]!);
      spent += cpuMicros() - before;
      await new Promise(resolve => setImmediate(resolve));
    }
    const each = (micros: number): number => (micros * 1_000) / (BURSTS * BURST);
    slices.push({ calls: each(spent), process: each(cpuMicros() - begun) });
  }
  await writer.complete();
  await engine.close();
  const of = (what: keyof Emitting): number => median(slices.slice(1).map(slice => slice[what]));
  return { calls: of('calls'), process: of('process') };
}
