import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Subject, takeUntil, type Observable } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { isNotice } from '../../src/event/notice.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { resumeAfter } from '../../src/operators/resume-after.ts';
import type { Run } from '../../src/run/run-handle.ts';
import type { RunItem } from '../../src/run/window.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { dataFramesOf } from '../http/sse-frames.ts';
import { broken, Collected } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { microtasks } from './microtasks.ts';
import { witnessedBackend } from './witness.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

/** Reads on after `cursor`, gives each item to `take`, and leaves when that says so. Resolves when it is over. */
type Session = (scene: Scene, cursor: string, take: (item: RunItem) => boolean) => Promise<void>;

interface Scene {
  readonly engine: Engine;
  readonly run: Run;
}

/** Takes from an observable, and leaves in the middle of a callback. */
function subscribed(source: Observable<unknown>, take: (item: RunItem) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const left = new Subject<void>();
    left.subscribe(() => resolve());
    source.pipe(takeUntil(left)).subscribe({
      next: item => void (take(item as RunItem) && left.next()),
      error: reject,
      complete: resolve,
    });
  });
}

const bySubscribing: Session = ({ engine, run }, cursor, take) =>
  subscribed(engine.events(run.id, { after: cursor }), take);

const byOperator: Session = ({ run }, cursor, take) =>
  subscribed(cursor === 'start' ? run : run.pipe(resumeAfter({ cursor })), take);

const overSse: Session = async ({ engine, run }, cursor, take) => {
  const headers = { accept: 'text/event-stream', 'last-event-id': cursor };
  const answer = await createHandler(engine)(
    new Request(`http://localhost/runs/${run.id}/events`, { headers }),
  );
  if (!answer.body) return;
  let text = '';
  let taken = 0;
  const decoder = new TextDecoder();
  for await (const bytes of answer.body) {
    text += decoder.decode(bytes, { stream: true });
    const frames = dataFramesOf(text);
    for (; taken < frames.length; taken++) if (take(JSON.parse(frames[taken]!.data!) as RunItem)) return;
  }
};

const inPages: Session = async ({ engine, run }, cursor, take) => {
  const page = await engine.events.search(run.id, { after: cursor, limit: 5 });
  for (const item of page.items) if (take(item)) return;
};

const SESSIONS = [bySubscribing, byOperator, overSse, inPages];

interface Case {
  readonly turns: readonly number[];
  readonly keep: number | undefined;
  readonly bursts: readonly number[];
  /** How the reader comes each time, and after how many items it leaves. */
  readonly visits: readonly { readonly way: number; readonly items: number }[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  turns: fc.oneof(fc.constant([0]), fc.array(fc.nat(4), { minLength: 2, maxLength: 7 })),
  keep: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  bursts: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }),
  visits: fc.array(fc.record({ way: fc.nat(SESSIONS.length - 1), items: fc.integer({ min: 1, max: 15 }) }), {
    maxLength: 12,
  }),
});

describe('G3: nothing comes twice', () => {
  it('to a reader that leaves and comes back, however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ turns, keep, bursts, visits }) => {
        const clock = new ManualClock();
        const witness = witnessedBackend({ turns, keep }, clock);
        const engine = createEngine({ backend: witness.backend, clock, window: 3 });
        const run = await engine.start(async ctx => {
          for (const burst of bursts) {
            for (let at = 0; at < burst; at++) ctx.token(String(at));
            await microtasks(20);
          }
        });
        const seen = new Collected();
        let cursor = 'start';
        const visit = async (session: Session, most: number): Promise<void> => {
          let left = most;
          await session({ engine, run }, cursor, item => {
            seen.items.push(item);
            cursor = isNotice(item) ? (item.notice === 'gap' ? item.cursor : cursor) : item.id;
            return --left === 0;
          });
        };
        // A page waits for nothing, and before the first event there is none.
        await until(() => witness.stored.length > 0);
        for (const { way, items } of visits) {
          if (seen.events.at(-1)?.final) break;
          // An operator skips what it is replayed, so it is a way back only where everything is kept.
          const isSkipping = SESSIONS[way] === byOperator && keep !== undefined;
          await visit(isSkipping ? bySubscribing : SESSIONS[way]!, items);
        }
        if (!seen.events.at(-1)?.final) await visit(bySubscribing, Infinity);
        seen.completed = true;
        expect(broken(seen)).toBeUndefined();
        for (const event of seen.events) expect(event).toEqual(witness.stored[event.seq - 1]);
        await engine.close();
      }),
      { numRuns: 200 },
    );
  });

  it('to observers and the feed', async () => {
    const clock = new ManualClock();
    const { backend, stored } = witnessedBackend({ turns: [2, 0, 1] }, clock);
    const engine = createEngine({ backend, clock });
    const observed: number[] = [];
    const fed: number[] = [];
    engine.observe(({ seq }) => observed.push(seq));
    engine.feed().subscribe(({ seq }) => fed.push(seq));
    const run = await engine.start(async ctx => {
      for (let at = 0; at < 50; at++) {
        ctx.token('x');
        if (at % 7 === 0) await ctx.drained();
      }
    });
    await run.result;
    await engine.observers.flush();
    const seqs = stored.map(({ seq }) => seq);
    expect([observed, fed]).toEqual([seqs, seqs]);
    await engine.close();
  });

  it('when a request to start is sent again with its idempotency key', async () => {
    const engine = createEngine();
    let calls = 0;
    const start = () =>
      engine.start(
        async ctx => {
          calls++;
          await settle();
          ctx.token('once');
          return 'done';
        },
        { idempotencyKey: 'key' },
      );
    const runs = await Promise.all([start(), start(), start()]);
    const again = [...runs, ...(await Promise.all(runs.map(run => run.result.then(start))))];
    expect([calls, new Set(again.map(({ id }) => id)).size]).toEqual([1, 1]);
    for (const run of again) {
      const items: unknown[] = [];
      for await (const { type } of run as AsyncIterable<{ type: string }>) items.push(type);
      expect(items).toEqual(['started', 'token', 'complete']);
    }
    await engine.close();
  });
});
