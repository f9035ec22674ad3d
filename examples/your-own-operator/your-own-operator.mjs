// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, isNotice } from 'sluice';
import { backpressure, stepOperator } from 'sluice/operators';

/** @typedef {import('sluice').RunEvent | import('sluice').Notice} Item */

/** Joins tokens to whole sentences. Everything else passes, behind the words that came before it. */
function sentences() {
  /** @type {import('sluice/operators').StepFactory<Item, Item>} */
  const step = sink => {
    // Here, and not outside, so that every subscriber has its own.
    /** @type {Extract<Item, { type: 'token' }> | undefined} */
    let held;
    const flush = () => {
      if (held) sink.next(held);
      held = undefined;
    };
    return {
      next: item => {
        if (isNotice(item) || item.type !== 'token') {
          flush();
          sink.next(item);
          return;
        }
        const content = (held?.data.content ?? '') + item.data.content;
        // The envelope of the last token: its seq is how far the sentence reaches.
        held = { ...item, data: { ...item.data, content } };
        if (/[.!?]\s*$/.test(content)) flush();
      },
      complete: () => {
        flush();
        sink.complete();
      },
    };
  };
  return stepOperator(step);
}

/**
 * A consumer that is slower than the agent: it reads aloud.
 *
 * @param {Item} item
 */
async function speak(item) {
  if (isNotice(item)) {
    return item.notice === 'gap' ? `(skipped the events ${item.from} to ${item.to})` : `(${item.notice})`;
  }
  if (item.type !== 'token') return `(${item.type})`;
  await sleep(20);
  return item.data.content.trim();
}

const engine = createEngine();
const run = await engine.start(ctx => {
  for (let n = 1; n <= 8; n++) {
    for (const word of ['This ', 'is ', 'sentence ', `${n}. `]) ctx.token(word);
  }
});

let dropped = 0;
await new Promise((resolve, reject) => {
  run
    .pipe(
      sentences(),
      backpressure(item => speak(item), {
        capacity: 3,
        overflow: 'drop-oldest',
        onDrop: ({ total }) => (dropped = total),
      }),
    )
    .subscribe({ next: line => console.log(line), error: reject, complete: () => resolve(undefined) });
});
console.log(`Dropped ${dropped} of 8 sentences, and said so.`);
await engine.close();
