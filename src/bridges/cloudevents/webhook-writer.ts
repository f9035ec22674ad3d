import type { Sink, SinkRun } from '../../engine/sinks/sink.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { lineOf, RunLines } from '../run-lines.ts';
import { noticeToCloudEvent, toCloudEvent, type CloudEvent, type CloudEventNames } from './cloud-event.ts';
import { deliver, type Delivery, type DeliveryFailure } from './delivery.ts';

export interface WriterSettings {
  readonly names: CloudEventNames;
  readonly delivery: Omit<Delivery, 'closing'>;
  readonly batch: boolean;
  readonly attempts: number;
  readonly deadLetter: Sink | undefined;
  readonly onDeadLetter: ((events: readonly RunEvent[], failure: DeliveryFailure) => void) | undefined;
}

/** How far a run has got within what is written now. */
interface Progress {
  /** The id of the newest event that is not to be sent again. */
  done?: string | undefined;
  /** The id of what was refused, and how often. */
  refused?: string | undefined;
  attempts: number;
}

/** Sends what a sink is given of each run, one request after the other, and remembers what need not be sent again. */
export class WebhookWriter {
  readonly #settings: WriterSettings;
  readonly #lines = new RunLines();
  readonly #runs = new Map<string, Progress>();
  /** Nothing is sent before, since the receiver said so; milliseconds. */
  #notBefore = 0;
  #closing = new AbortController();

  constructor(settings: WriterSettings) {
    this.#settings = settings;
  }

  write(events: readonly RunEvent[], run: SinkRun): Promise<void> {
    const { batch } = this.#settings;
    return this.#inLine(run, async (progress, closing) => {
      const left = events.slice(events.findIndex(({ id }) => id === progress.done) + 1);
      const parts = batch ? (left.length > 0 ? [left] : []) : left.map(event => [event]);
      for (const part of parts) await this.#sendOrBury(part, run, progress, closing);
      // Whoever waits behind needs to know what was sent.
      if (!this.#lines.isAwaited(run)) this.#runs.delete(lineOf(run));
    });
  }

  tell(notice: Notice, run: SinkRun): Promise<void> {
    const { names, deadLetter } = this.#settings;
    return this.#inLine(run, async (progress, closing) => {
      const failure = await this.#refusal([noticeToCloudEvent(notice, run, names)], progress, closing);
      if (failure) await deadLetter?.notice?.(notice, run);
      // What was sent of a log that is no more need not be known.
      const isKept = progress.done !== undefined && notice.notice !== 'reset';
      if (!isKept && !this.#lines.isAwaited(run)) this.#runs.delete(lineOf(run));
    });
  }

  /** Ends what is under way, and forgets the rest. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#closing = new AbortController();
    this.#lines.clear();
    this.#runs.clear();
    this.#notBefore = 0;
    await this.#settings.deadLetter?.close?.();
  }

  #inLine(run: SinkRun, work: (progress: Progress, closing: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    return this.#lines.do(run, () => {
      const key = lineOf(run);
      const progress = this.#runs.get(key) ?? { attempts: 0 };
      if (!signal.aborted) this.#runs.set(key, progress);
      return work(progress, signal);
    });
  }

  async #sendOrBury(
    part: readonly RunEvent[],
    run: SinkRun,
    progress: Progress,
    closing: AbortSignal,
  ): Promise<void> {
    const { names, deadLetter, onDeadLetter } = this.#settings;
    const content = part.map(event => toCloudEvent(event, names));
    const failure = await this.#refusal(content, progress, closing, part.length > 1);
    if (failure?.isFinal && part.length > 1) {
      // One of them is refused, or all of them are too large together.
      const half = Math.ceil(part.length / 2);
      await this.#sendOrBury(part.slice(0, half), run, progress, closing);
      return this.#sendOrBury(part.slice(half), run, progress, closing);
    }
    if (failure) {
      await deadLetter?.write(part, run);
      try {
        onDeadLetter?.(part, failure);
      } catch {
        // It is buried; to throw would bury it again.
      }
    }
    progress.done = part.at(-1)!.id;
  }

  /** Nothing where it was taken, else why it will never be; rejects where it is to be tried again. */
  async #refusal(
    content: readonly CloudEvent[],
    progress: Progress,
    closing: AbortSignal,
    isDivisible = false,
  ): Promise<DeliveryFailure | undefined> {
    const { delivery, deadLetter, attempts } = this.#settings;
    const { clock, url } = delivery;
    const [{ id }] = content as readonly [CloudEvent];
    if (closing.aborted) throw new Error(`${url.host} was sent nothing more: the sink was closed`);
    const wait = this.#notBefore - clock.now();
    if (wait > 0) throw new Error(`${url.host} asked to be left alone for another ${wait} ms`);
    try {
      await this.#send(content, closing);
      progress.refused = undefined;
      return undefined;
    } catch (error) {
      const failure = error as DeliveryFailure;
      if (closing.aborted) throw failure;
      this.#notBefore = Math.max(this.#notBefore, clock.now() + (failure.retryAfter ?? 0));
      if (failure.isFinal && isDivisible) return failure;
      progress.attempts = progress.refused === id ? progress.attempts + 1 : 1;
      progress.refused = id;
      if (!deadLetter || (!failure.isFinal && progress.attempts < attempts)) throw failure;
      return failure;
    }
  }

  async #send(content: readonly CloudEvent[], closing: AbortSignal): Promise<void> {
    const delivery: Delivery = { ...this.#settings.delivery, closing };
    const [first] = content as readonly [CloudEvent];
    // A batch that is tried again may have grown, and is another message then.
    if (this.#settings.batch) await deliver(content, `${first.id}+${content.length}`, delivery);
    else await deliver(first, first.id, delivery);
  }
}
