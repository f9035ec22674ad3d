import { badOption, functionOption, shown } from '../../control/policies/policy-option.ts';
import type { Sink, SinkRun } from '../../engine/sinks/sink.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';

/** What {@link kafkaSink} needs of a producer: that of `kafkajs`, and of clients that are like it. */
export interface KafkaProducer {
  connect(): Promise<void>;
  send(record: {
    readonly topic: string;
    readonly acks: number;
    readonly messages: KafkaMessage[];
  }): Promise<unknown>;
  disconnect(): Promise<void>;
}

/** One record of a topic. */
export interface KafkaMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** Which topic {@link kafkaSink} writes. */
export interface KafkaSinkOptions {
  /** Such as `new Kafka({ brokers }).producer({ maxInFlightRequests: 1 })`. Connected at the first write. */
  readonly producer: KafkaProducer;
  /** The topic, or what chooses it for each run. */
  readonly topic: string | ((run: SinkRun) => string);
  /** Takes events that the brokers refuse for good, such as those that are too large. Without it the run waits. */
  readonly deadLetter?: Sink | undefined;
}

/**
 * Writes events to Kafka: key is the run id, so that a run stays in one partition and in order; the value is the event
 * as JSON; the headers `id` (its cursor), `seq`, `type` and `tenantId` can be read without it. Resolves when all
 * in-sync replicas have it. At least once: an event may come again, with the same `id`. Notices are records whose header
 * `type` is `notice.gap` or `notice.reset`. Feed it by `engine.sink(kafkaSink(…), { name, store })`, which tries again and
 * keeps the place. Throws `BAD_OPTION`. Memory: the events of one write.
 */
export function kafkaSink({ producer, topic, deadLetter }: KafkaSinkOptions): Sink {
  functionOption('kafkaSink: producer.send', (producer as Partial<KafkaProducer> | undefined)?.send ?? null);
  if (typeof topic !== 'function' && (typeof topic !== 'string' || topic === '')) {
    throw badOption('kafkaSink: topic', `expected the name of a topic or a function, got ${shown(topic)}`);
  }
  const topicOf = typeof topic === 'function' ? topic : () => topic;
  let connecting: Promise<void> | undefined;
  const send = async (messages: KafkaMessage[], run: SinkRun): Promise<void> => {
    await (connecting ??= producer.connect().catch((error: unknown) => {
      connecting = undefined;
      throw error;
    }));
    await producer.send({ topic: topicOf(run), acks: -1, messages });
  };
  const sendOrBury = async (events: readonly RunEvent[], run: SinkRun): Promise<void> => {
    try {
      await send(events.map(toKafkaMessage), run);
    } catch (error) {
      if (!deadLetter || !isFinal(error)) throw error;
      if (events.length === 1) return void (await deadLetter.write(events, run));
      // One of them is refused; those before it must stand before it.
      for (const event of events) await sendOrBury([event], run);
    }
  };
  const lines = new Map<string, Promise<void>>();
  return {
    // A write that took too long goes on while the next one begins: that one waits, so that order is kept.
    async write(events, run) {
      const key = `${run.tenantId}:${run.runId}`;
      const mine = (lines.get(key) ?? Promise.resolve()).then(() => sendOrBury(events, run));
      const line = mine.catch(() => undefined);
      lines.set(key, line);
      await line;
      if (lines.get(key) === line) lines.delete(key);
      await mine;
    },
    notice: (notice, run) => send([noticeToKafkaMessage(notice, run)], run),
    async close() {
      if (connecting) await producer.disconnect();
      await deadLetter?.close?.();
    },
  };
}

/** An event as a record. */
export function toKafkaMessage(event: RunEvent): KafkaMessage {
  const { id, runId, tenantId, seq, type } = event;
  return {
    key: runId,
    value: JSON.stringify(event),
    headers: { id, seq: String(seq), type, tenantId, 'content-type': 'application/json' },
  };
}

function noticeToKafkaMessage(notice: Notice, { runId, tenantId }: SinkRun): KafkaMessage {
  const type = `notice.${notice.notice}`;
  return {
    key: runId,
    value: JSON.stringify({ ...notice, runId, tenantId }),
    headers: { type, tenantId, 'content-type': 'application/json' },
  };
}

/** Clients say of each error of the protocol whether trying again can help; what has no word on it is no such error. */
function isFinal(error: unknown): boolean {
  return (Object(error) as { readonly retriable?: unknown }).retriable === false;
}
