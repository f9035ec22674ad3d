import {
  badOption,
  functionOption,
  MILLISECONDS,
  numberOption,
  shown,
} from '../../control/policies/policy-option.ts';
import { serviceUrl } from '../../control/policies/json-service.ts';
import type { Sink } from '../../engine/sinks/sink.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import type { CloudEventNames } from './cloud-event.ts';
import type { DeliveryFailure } from './delivery.ts';
import { webhookSigner } from './signature.ts';
import { WebhookWriter, type WriterSettings } from './webhook-writer.ts';

/** Where {@link webhookSink} sends events, and what it does with those that are not taken. */
export interface WebhookSinkOptions extends CloudEventNames {
  /** `http:` or `https:`. */
  readonly url: string | URL;
  /** Signs each request; several while a secret is exchanged. At least 16 bytes, or `whsec_` and base64. */
  readonly secret?: string | readonly string[] | undefined;
  /** Sent with each request; for a token, for one. They appear in no error. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * All events of a write in one request, as the batched content mode says; what is refused for good is sent again by
   * halves, so that nothing is buried for its neighbours. Default: false, one by one.
   */
  readonly batch?: boolean | undefined;
  /** Milliseconds for one request: 1 to a year. Default: 10,000. */
  readonly timeout?: number | undefined;
  /**
   * Takes events and notices that will never be taken: answered 4xx, or refused `attempts` times. Answers with
   * `Retry-After` and 401, 403, 404, 405, 407, 408, 410, 421, 423, 425, 426 and 429 are about the receiver or the moment:
   * they are tried again. Without it the run waits at such an event, and the sink tells so.
   */
  readonly deadLetter?: Sink | undefined;
  /** Tries of one event, or of one batch, before it is a dead letter, 1 to 1,000,000. Default: 100. */
  readonly attempts?: number | undefined;
  /** Told which events became dead letters, and why. What it throws is dropped. */
  readonly onDeadLetter?: ((events: readonly RunEvent[], failure: DeliveryFailure) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * POSTs events as CloudEvents 1.0, structured content mode, each run in order, each event until it is taken (2xx);
 * notices where they stand between them; a receiver that asks for time (`Retry-After`, up to an hour) gets it, from all
 * runs. At least once: an event may come again, with the same id. Signed as Standard Webhooks say. Feed it by
 * `engine.sink(webhookSink(…), { name, store })`, which tries again and keeps the place. Closing ends the request under
 * way. Memory: a place for each run that is being written, and two writes of it at the most. Throws `BAD_OPTION`.
 */
export function webhookSink(options: WebhookSinkOptions): Sink {
  const { batch = false, secret = [], deadLetter, onDeadLetter, clock = systemClock } = options;
  const delivery: WriterSettings['delivery'] = {
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
    close: () => writer.close(),
  };
}

function headersOf(given: Readonly<Record<string, string>>): Headers {
  try {
    return new Headers(given);
  } catch {
    throw badOption('webhookSink: headers', 'expected names and values that HTTP allows');
  }
}
