import type { Subscriber } from 'rxjs';
import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { isNotice } from '../event/notice.ts';
import { gapNotice, type ReadStep, type RunReader } from './reader.ts';
import type { RunItem, Window } from './window.ts';

export interface AttachSource {
  readonly runId: string;
  readonly window: Window;
  /** A reader of the run's log that begins after this seq. */
  readonly readAfter: (seq: number) => RunReader;
}

/**
 * Brings a push subscriber to the hot end of a run: pages of the log until its position lies inside the window,
 * which then replays the rest and goes on. It never reads past what the window has delivered, so nothing can come
 * twice, and what is committed meanwhile waits in the window or the log. Synchronous where the log is.
 */
export function attach(subscriber: Subscriber<RunItem>, source: AttachSource, after: number): void {
  const { window, readAfter } = source;
  let position = after;
  while (!subscriber.closed) {
    if (window.covers(position)) {
      position = window.join(subscriber, position);
      if (position >= window.tip) return;
      // Events made during the replay pushed the next one out of the window again; the log has it.
      continue;
    }
    const reader = readAfter(position);
    const answer = pageOf(subscriber, reader, window.tip - position);
    if (isPromise(answer)) {
      answer
        .then(step => attach(subscriber, source, deliver(subscriber, source, step, position)))
        .catch((error: unknown) => subscriber.error(error));
      return;
    }
    position = deliver(subscriber, source, answer, position);
  }
}

/** The next page, however long the store is away. */
function pageOf(subscriber: Subscriber<RunItem>, reader: RunReader, events: number): Awaitable<ReadStep> {
  const settled = (step: ReadStep): Awaitable<ReadStep> => {
    if (!step.trouble || subscriber.closed) return step;
    for (const item of step.items) if (isNotice(item)) subscriber.next(item);
    return pageOf(subscriber, reader, events);
  };
  const answer = reader.read(events);
  return isPromise(answer) ? answer.then(settled) : settled(answer);
}

/** Hands a page on; returns the position after it. */
function deliver(
  subscriber: Subscriber<RunItem>,
  { runId, window }: AttachSource,
  step: ReadStep,
  position: number,
): number {
  let at = position;
  for (const item of step.items) {
    if (!isNotice(item)) {
      subscriber.next(item.event);
      at = item.seq;
    } else if (item.notice === 'gap') {
      // A short retention can take events that the window still holds, or is about to be given.
      const oldest = window.oldest!;
      const { to, cursor } = item.to < oldest.seq ? item : { to: oldest.seq, cursor: oldest.id };
      subscriber.next(gapNotice(runId, { ...item, to, cursor }));
      at = to;
    } else {
      subscriber.next(item);
      // The run was erased under its reader, or its log is another one now: nothing follows that fits.
      if (item.notice === 'reset') subscriber.complete();
    }
  }
  // Asking again and again would not bring back what the log has lost.
  if (at === position && !subscriber.closed) subscriber.error(lostEvents(runId, position));
  return at;
}

function lostEvents(runId: string, position: number): SluiceError {
  return new SluiceError('STORAGE_LOST', `run ${runId}: the log has lost events after ${position}.`, {
    runId,
  });
}
