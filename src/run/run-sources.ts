import { Observable, type Subscriber } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { isNotice } from '../event/notice.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import { attach } from './attach.ts';
import type { RunActor } from './run.ts';
import type { RunSource } from './run-handle.ts';
import type { RunReader } from './reader.ts';
import { readerObservable } from './reader-observable.ts';
import { runEnded } from './run-ended.ts';
import { cancelled } from './stop.ts';
import type { RunItem } from './window.ts';

/** A run of this process: subscribers join its hot end. */
export class LiveSource implements RunSource {
  readonly #actor: RunActor;
  readonly #readAfter: (actor: RunActor, seq: number) => RunReader;

  constructor(actor: RunActor, readAfter: (actor: RunActor, seq: number) => RunReader) {
    this.#actor = actor;
    this.#readAfter = readAfter;
  }

  get runId(): string {
    return this.#actor.parts.identity.runId;
  }

  get tenantId(): string {
    return this.#actor.parts.identity.tenantId;
  }

  status(): RunStatus {
    return this.#actor.status;
  }

  cursor(): string {
    return this.#actor.cursor;
  }

  result(): Promise<unknown> {
    return this.#actor.result.promise;
  }

  subscribe(subscriber: Subscriber<RunItem>): void {
    const readAfter = (seq: number): RunReader => this.#readAfter(this.#actor, seq);
    attach(subscriber, { runId: this.runId, window: this.#actor.window, readAfter }, 0);
  }

  read(): RunReader {
    return this.#readAfter(this.#actor, 0);
  }

  async cancel(reason: string | undefined): Promise<void> {
    this.#actor.stopping.request(cancelled(reason));
    await this.#actor.result.promise.catch(() => undefined);
    if (this.#actor.status !== 'cancelled') throw runEnded(this.runId);
  }
}

/**
 * A run of this process that others may write, too: its log tells it, whoever writes. The result is raw if the end was
 * written here, else as the log has it.
 */
export function wanderingSource(
  actor: RunActor,
  { read, cancel }: Pick<StoredRun, 'read' | 'cancel'>,
): RunSource {
  const { runId, tenantId } = actor.parts.identity;
  const stored = storedSource({
    ...{ runId, tenantId, read, cancel, status: () => actor.status, cursor: () => actor.cursor },
  });
  return {
    ...stored,
    // Both know the end; what was written here is known here first.
    result: () => Promise.race([actor.result.promise, stored.result()]),
  };
}

/** What is known of a run that lives elsewhere or has ended. */
export interface StoredRun {
  readonly runId: string;
  readonly tenantId: string;
  readonly status: () => RunStatus;
  readonly cursor: () => string;
  readonly cancel: (reason: string | undefined) => Promise<void>;
  readonly read: () => RunReader;
}

/** A run as its log tells it; its result is masked, as everybody but the first caller gets it. */
export function storedSource(run: StoredRun): RunSource {
  const items = readerObservable(run.read);
  let result: Promise<unknown> | undefined;
  return {
    ...run,
    subscribe: (subscriber: Subscriber<RunItem>) => void subscriber.add(items.subscribe(subscriber)),
    result: () => (result ??= resultOf(run.runId, items)),
  };
}

/** A run of this process for everybody but the first caller: what they get of its result is masked. */
export function repeatedSource(live: RunSource): RunSource {
  const { runId, tenantId } = live;
  const items = new Observable<RunItem>(subscriber => live.subscribe(subscriber));
  let result: Promise<unknown> | undefined;
  return {
    ...{ runId, tenantId, status: () => live.status(), cursor: () => live.cursor() },
    subscribe: subscriber => live.subscribe(subscriber),
    read: () => live.read(),
    cancel: reason => live.cancel(reason),
    result: () => (result ??= resultOf(runId, items)),
  };
}

/** The outcome that the final event tells. A rejection that nobody awaits is silent. */
function resultOf(runId: string, items: Observable<RunItem>): Promise<unknown> {
  const result = new Promise((resolve, reject) => {
    items.subscribe({
      next: item => {
        if (isNotice(item) || !item.final) return;
        const outcome = outcomeOf(item);
        if (outcome instanceof SluiceError) reject(outcome);
        else resolve(outcome.output);
      },
      error: reject,
      complete: () => reject(new SluiceError('RUN_NOT_FOUND', `run ${runId} is gone.`, { runId })),
    });
  });
  result.catch(() => undefined);
  return result;
}

/** What a final event says of the outcome: the output, or the error it stands for. */
export function outcomeOf(final: RunEvent): { readonly output: unknown } | SluiceError {
  const { runId } = final;
  if (final.type === 'complete') return { output: final.data.output };
  if (final.type === 'cancelled') {
    const why = final.data.reason === undefined ? '' : `: ${final.data.reason}`;
    return new SluiceError('RUN_CANCELLED', `run ${runId} was cancelled${why}`, { runId });
  }
  const { code, message } = final.type === 'error' ? final.data : { code: 'INTERNAL', message: final.type };
  return new SluiceError('RUN_FAILED', `run ${runId} failed: ${message}`, { runId, details: { code } });
}
