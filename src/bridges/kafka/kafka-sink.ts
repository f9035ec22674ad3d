import { badOption, functionOption, shown } from '../../control/policies/policy-option.ts';
import type { Sink, SinkRun } from '../../engine/sinks/sink.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { RunLines } from '../run-lines.ts';

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
  /** Takes events that the brokers refuse for what they are, such as too large. Without it the run waits there. */
  readonly deadLetter?: Sink | undefined;
}

/**
 * Writes events to Kafka: key is the run id, so that a run stays in one partition and in order; the value is the event
 * as JSON; the headers `id` (its cursor), `seq`, `type` and `tenantId` can be read without it. Resolves when all
 * in-sync replicas have it; what brokers refuse as too large is sent again by halves. At least once: an event may come
 * again, with the same `id`. Notices are records whose header `type` is `notice.gap`, `notice.reset` or
 * `notice.degraded`, where they stand between the events. Feed it by `engine.sink(kafkaSink(…), { name, store })`, which
 * tries again and keeps the place. Throws `BAD_OPTION`. Memory: two writes of a run at the most.
 */
export function kafkaSink({ producer, topic, deadLetter }: KafkaSinkOptions): Sink {
  functionOption('kafkaSink: producer.send', (producer as Partial<KafkaProducer> | undefined)?.send ?? null);
  if (typeof topic !== 'function' && (typeof topic !== 'string' || topic === '')) {
    throw badOption('kafkaSink: topic', `expected the name of a topic or a function, got ${shown(topic)}`);
  }
  const topicOf = typeof topic === 'function' ? topic : () => topic;
  const lines = new RunLines();
  let connecting: Promise<void> | undefined;
  /** Counts its closings: what was begun before one of them writes nothing more. */
  let life = 0;
  const checkOpen = (begun: number): void => {
    if (begun !== life) throw new Error('kafkaSink was closed meanwhile');
  };
  const send = async (messages: KafkaMessage[], run: SinkRun, begun: number): Promise<void> => {
    checkOpen(begun);
    await (connecting ??= producer.connect().catch((error: unknown) => {
      connecting = undefined;
      throw error;
    }));
    checkOpen(begun);
    await producer.send({ topic: topicOf(run), acks: -1, messages });
  };
  const sendOrBury = async (events: readonly RunEvent[], run: SinkRun, begun: number): Promise<void> => {
    try {
      await send(events.map(toKafkaMessage), run, begun);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (events.length > 1) {
        // One of them is refused, or all of them are too large together; those before it must stand before it.
        const half = Math.ceil(events.length / 2);
        await sendOrBury(events.slice(0, half), run, begun);
        return sendOrBury(events.slice(half), run, begun);
      }
      if (!deadLetter) throw error;
      checkOpen(begun);
      await deadLetter.write(events, run);
    }
  };
  return {
    write(events, run) {
      const begun = life;
      return lines.do(run, () => sendOrBury(events, run, begun));
    },
    notice(notice, run) {
      const begun = life;
      return lines.do(run, () => send([noticeToKafkaMessage(notice, run)], run, begun));
    },
    async close() {
      life++;
      lines.clear();
      const connected = connecting;
      connecting = undefined;
      // One that is connecting still is disconnected when it has done so, and not left open.
      const leaving = connected?.then(
        () => producer.disconnect(),
        () => undefined,
      );
      await Promise.all([leaving, deadLetter?.close?.()]);
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

/**
 * MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_TIMESTAMP, INVALID_RECORD: https://kafka.apache.org/protocol#protocol_error_codes.
 * All others are about brokers, topics and rights. What a client calls not retriable is no word on a record: `kafkajs`
 * says so of brokers that were away for as long as it tried.
 */
const REFUSALS: ReadonlySet<unknown> = new Set([10, 18, 32, 87]);

function isRefused(error: unknown): boolean {
  const { code, cause } = Object(error) as { readonly code?: unknown; readonly cause?: unknown };
  return REFUSALS.has(code) || REFUSALS.has((Object(cause) as { readonly code?: unknown }).code);
}
