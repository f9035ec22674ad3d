import {
  badOption,
  functionOption,
  MILLISECONDS,
  numberOption,
  shown,
} from '../../control/policies/policy-option.ts';
import { serviceUrl } from '../../control/policies/json-service.ts';
import type { Sink, SinkRun } from '../../engine/sinks/sink.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import { noticeToCloudEvent, toCloudEvent, type CloudEvent, type CloudEventNames } from './cloud-event.ts';
import { deliver, type Delivery, type DeliveryFailure } from './delivery.ts';
import { webhookSigner } from './signature.ts';

/** Where {@link webhookSink} sends events, and what it does with those that are not taken. */
export interface WebhookSinkOptions extends CloudEventNames {
  /** `http:` or `https:`. */
  readonly url: string | URL;
  /** Signs each request; several while a secret is exchanged. At least 16 bytes, or `whsec_` and base64. */
  readonly secret?: string | readonly string[] | undefined;
  /** Sent with each request; for a token, for one. They appear in no error. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** All events of a write in one request, as the batched content mode says. Default: false, one by one. */
  readonly batch?: boolean | undefined;
  /** Milliseconds for one request: 1 to a year. Default: 10,000. */
  readonly timeout?: number | undefined;
  /**
   * Takes events that will never be taken: answered 4xx but for 401, 403, 404, 408, 425 and 429, or refused `attempts`
   * times. Without it the run waits at such an event, and the sink tells so.
   */
  readonly deadLetter?: Sink | undefined;
  /** Tries of one event, or of one batch, before it is a dead letter, 1 to 1,000,000. Default: 100. */
  readonly attempts?: number | undefined;
  /** Told what became a dead letter, and why. */
  readonly onDeadLetter?: ((events: readonly RunEvent[], failure: DeliveryFailure) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** How far a run has got within what is written now. */
interface Progress {
  /** The id of the newest event that is not to be sent again. */
  done?: string | undefined;
  attempts: number;
  /** Before this nothing is sent, since the receiver said so; milliseconds. */
  notBefore: number;
  line: Promise<void>;
}

/**
 * POSTs events as CloudEvents 1.0, structured content mode, each run in order, each event until it is taken (2xx);
 * a receiver that asks for time (`Retry-After`, up to an hour) gets it. At least once: an event may come again, with
 * the same id. Signed as Standard Webhooks say. Feed it by `engine.sink(webhookSink(…), { name, store })`, which tries
 * again and keeps the place. Memory: a place for each run that is being written. Throws `BAD_OPTION`.
 */
export function webhookSink(options: WebhookSinkOptions): Sink {
  const { batch = false, secret = [], deadLetter, onDeadLetter, clock = systemClock } = options;
  const delivery: Delivery = {
    url: serviceUrl('webhookSink: url', options.url),
    headers: headersOf(options.headers ?? {}),
    timeout: numberOption('webhookSink: timeout', options.timeout ?? 10_000, MILLISECONDS),
    sign: webhookSigner(typeof secret === 'string' ? [secret] : secret),
    clock,
  };
  const attempts = numberOption('webhookSink: attempts', options.attempts ?? 100, {
    ...{ min: 1, max: 1_000_000, unit: '', whole: true },
  });
  functionOption('webhookSink: onDeadLetter', onDeadLetter);
  if (deadLetter !== undefined && typeof (deadLetter as Partial<Sink> | null)?.write !== 'function') {
    throw badOption('webhookSink: deadLetter', `expected a sink, got ${shown(deadLetter)}`);
  }
  const writer = new WebhookWriter({ names: options, delivery, batch, attempts, deadLetter, onDeadLetter });
  return {
    write: (events, run) => writer.write(events, run),
    notice: (notice, run) => writer.tell(notice, run),
    close: () => deadLetter?.close?.(),
  };
}

interface WriterSettings {
  readonly names: CloudEventNames;
  readonly delivery: Delivery;
  readonly batch: boolean;
  readonly attempts: number;
  readonly deadLetter: Sink | undefined;
  readonly onDeadLetter: WebhookSinkOptions['onDeadLetter'];
}

class WebhookWriter {
  readonly #settings: WriterSettings;
  readonly #runs = new Map<string, Progress>();

  constructor(settings: WriterSettings) {
    this.#settings = settings;
  }

  /** A write that took too long goes on while the next one begins: that one waits, so that order is kept. */
  async write(events: readonly RunEvent[], run: SinkRun): Promise<void> {
    const key = `${run.tenantId}:${run.runId}`;
    const progress = this.#runs.get(key) ?? { attempts: 0, notBefore: 0, line: Promise.resolve() };
    this.#runs.set(key, progress);
    const mine = progress.line.then(() => this.#write(events, run, progress));
    progress.line = mine.catch(() => undefined);
    const { line } = progress;
    await mine;
    // Whoever waits behind needs to know what was sent.
    if (progress.line === line) this.#runs.delete(key);
  }

  async tell(notice: Notice, run: SinkRun): Promise<void> {
    const { names, deadLetter } = this.#settings;
    try {
      await this.#send([noticeToCloudEvent(notice, run, names)]);
    } catch (error) {
      if (!deadLetter || !(error as DeliveryFailure).isFinal) throw error;
      await deadLetter.notice?.(notice, run);
    }
  }

  async #send(events: readonly CloudEvent[]): Promise<void> {
    const { batch, delivery } = this.#settings;
    const [first] = events as readonly [CloudEvent];
    // A batch that is tried again may have grown, and is another message then.
    if (batch) await deliver(events, `${first.id}+${events.length}`, delivery);
    else await deliver(first, first.id, delivery);
  }

  async #write(events: readonly RunEvent[], run: SinkRun, progress: Progress): Promise<void> {
    const { batch } = this.#settings;
    const done = events.findIndex(({ id }) => id === progress.done);
    const left = events.slice(done + 1);
    const parts = batch ? (left.length > 0 ? [left] : []) : left.map(event => [event]);
    for (const part of parts) {
      await this.#sendOrBury(part, run, progress);
      progress.done = part.at(-1)!.id;
      progress.attempts = 0;
    }
  }

  async #sendOrBury(part: readonly RunEvent[], run: SinkRun, progress: Progress): Promise<void> {
    const { names, delivery, deadLetter, onDeadLetter, attempts } = this.#settings;
    const wait = progress.notBefore - delivery.clock.now();
    if (wait > 0) throw new Error(`${delivery.url.host} asked to be left alone for another ${wait} ms`);
    try {
      await this.#send(part.map(event => toCloudEvent(event, names)));
    } catch (error) {
      const failure = error as DeliveryFailure;
      progress.attempts++;
      progress.notBefore = delivery.clock.now() + (failure.retryAfter ?? 0);
      if (!deadLetter || (!failure.isFinal && progress.attempts < attempts)) throw error;
      await deadLetter.write(part, run);
      onDeadLetter?.(part, failure);
    }
  }
}

function headersOf(given: Readonly<Record<string, string>>): Headers {
  try {
    return new Headers(given);
  } catch {
    throw badOption('webhookSink: headers', 'expected names and values that HTTP allows');
  }
}
