import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Outcome } from '../../src/event/proposal.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import type { Appended, AppendEvent } from '../../src/run/appender.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { posted } from '../http/adapters.ts';
import { collect } from '../support/collect.ts';
import { runLab } from '../support/run-lab.ts';
import { joinedTexts, splitTexts, type SplitTexts } from '../support/split-texts.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

const SECRET = ['hunter', '22'].join('');

/** The tokens of a run as they were stored, by message. */
async function textsOf(engine: Engine, runId: string): Promise<Map<number, string>> {
  const { items } = await engine.events.search(runId, { limit: 10_000 });
  return joinedTexts(
    items.flatMap(item =>
      'type' in item && item.type === 'token'
        ? [{ channel: Number(item.data.messageId), text: item.data.content }]
        : [],
    ),
  );
}

/** What is to be seen: every text masked in one piece. */
function expected({ secrets, pieces }: SplitTexts, texts: Map<number, string>): void {
  const known = knownSecrets(secrets);
  for (const [channel, text] of joinedTexts(pieces)) expect(texts.get(channel) ?? '').toBe(known.mask(text));
}

describe('G11: a secret that is split over events', () => {
  it.each<[string, (engine: Engine, id: string) => unknown]>([
    ['completes', () => undefined],
    [
      'fails',
      () => {
        throw new Error('planted');
      },
    ],
    ['is cancelled', (engine, id) => engine.runs.cancel(id)],
    [
      'is forced to end',
      async (engine, id) => {
        await engine.runs.cancel(id);
        return new Promise(() => undefined);
      },
    ],
  ])('is masked as if it were whole, in a run that %s', async (_, end) => {
    await fc.assert(
      fc.asyncProperty(splitTexts, async texts => {
        const engine = createEngine({ secrets: texts.secrets, grace: 0 });
        const run = await engine.start(ctx => {
          for (const { channel, text } of texts.pieces) ctx.token(text, { messageId: String(channel) });
          return end(engine, ctx.runId);
        });
        const seen = collect(run);
        await run.result.catch(() => undefined);
        expected(texts, await textsOf(engine, run.id));
        expect(seen.events.at(-1)).toMatchObject({ final: true });
        expect(seen.seqs).toEqual(seen.seqs.map((__, at) => at + 1));
        await engine.close();
      }),
      { numRuns: 150 },
    );
  });

  it('is masked as if it were whole, in what a producer appends, however it cuts and repeats', async () => {
    const cuts = fc.array(fc.record({ events: fc.nat(4), again: fc.boolean() }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(splitTexts, cuts, fc.boolean(), async (texts, batches, flush) => {
        const engine = createEngine({ secrets: texts.secrets });
        const handle = createHandler(engine);
        const { id } = await engine.open();
        const append = async (events: readonly AppendEvent[], last: boolean): Promise<Appended> => {
          const body = posted({ events, ...(last && { flush: true }) });
          const answer = await handle(new Request(`http://localhost/runs/${id}/events`, body));
          expect(answer.status).toBe(200);
          return (await answer.json()) as Appended;
        };
        const waiting: AppendEvent[] = texts.pieces.map(({ channel, text }, n) => ({
          type: 'token',
          data: { content: text, messageId: String(channel) },
          key: String(n),
        }));
        const said = waiting.length;
        let taken = 0;
        let open = 0;
        for (let turn = 0; waiting.length > 0 && turn < 200; turn++) {
          const { events, again } = batches[turn % batches.length]!;
          const batch = waiting.slice(0, open + 1 + events);
          const isLast = batch.length === waiting.length && flush;
          const { accepted } = await append(batch, isLast);
          if (again) expect(await append(batch, isLast)).toMatchObject({ accepted });
          taken += accepted;
          waiting.splice(0, accepted);
          open = batch.length - accepted;
          if (batch.length === open + accepted && open === waiting.length && !flush) break;
        }
        // The end lets out what was left.
        const end = { type: 'complete', data: {}, key: 'end' };
        expect((await append([...waiting, end], false)).accepted).toBe(said - taken + 1);
        expected(texts, await textsOf(engine, id));
        await engine.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe('text that is held back', () => {
  const lab = () => runLab({ secrets: { KEY: SECRET } });
  const seen = (events: readonly RunEvent[]): unknown[] => events.map(({ data }) => data);

  it('is told to be held where it is awaited, and does not keep anybody waiting', async () => {
    const { actor, run, context } = lab();
    const reader = collect(run);
    actor.begin({}, 100, () => new Promise(() => undefined));
    const outcomes: Outcome[] = [];
    outcomes.push(await context.emit('token', { content: 'hunt' }));
    await context.drained();
    outcomes.push(await context.emit('token', { content: 'er22 x' }));
    outcomes.push(await context.emit('token', { content: 'y hun' }));
    expect(outcomes).toEqual([
      { outcome: 'held' },
      expect.objectContaining({ outcome: 'stored', seq: 2 }),
      expect.objectContaining({ outcome: 'stored', seq: 3 }),
    ]);
    expect(seen(reader.events.slice(1))).toEqual([{ content: '<secret:KEY> x' }, { content: 'y ' }]);
  });

  it('goes out before the end, as what the agent said, with the cause and node of its event', async () => {
    const { actor, run, context } = lab();
    const reader = collect(run);
    actor.begin({}, 100);
    context.token('a hunt', { cause: 1, node: 'n', metadata: { a: 1 }, messageId: 'm', role: 'r' });
    context.progress('on', 0.5);
    actor.end.complete('done');
    await run.result;
    const [, text, , rest, end] = reader.events;
    expect(text).toMatchObject({ seq: 2, cause: 1, node: 'n', metadata: { a: 1 }, data: { content: 'a ' } });
    expect(reader.types).toEqual(['started', 'token', 'progress', 'token', 'complete']);
    expect(rest).toMatchObject({ seq: 4, source: 'agent', cause: 1, node: 'n' });
    expect(rest).toMatchObject({ data: { content: 'hunt', messageId: 'm', role: 'r' } });
    expect(rest).not.toHaveProperty('metadata');
    expect(end).toMatchObject({ seq: 5, final: true });
  });

  it('is no part of an end that was forced later', async () => {
    const { actor, run, context, clock } = lab();
    const reader = collect(run);
    actor.begin({}, 100, () => new Promise(() => undefined));
    context.token('hunt');
    actor.stopping.request({ end: 'cancelled', reason: undefined });
    clock.advance(5_000);
    await run.result.catch(() => undefined);
    expect(reader.types).toEqual(['started', 'token', 'cancelled']);
    expect(reader.events.at(-1)).toMatchObject({ data: { forced: true } });
  });

  it('joins rightly where tokens had to wait for storage', async () => {
    const { actor, run, context } = runLab({ secrets: { KEY: SECRET }, mailbox: { events: 2, bytes: 1e6 } });
    actor.begin({}, 100);
    run.subscribe(item => {
      // From within a callback all of them wait, and beyond two they join.
      if ('type' in item && item.type === 'started')
        for (const text of 'my hunter22 hunt') context.token(text);
    });
    const reader = collect(run);
    actor.end.complete(1);
    await run.result;
    const text = reader.events
      .flatMap(event => (event.type === 'token' ? [event.data.content] : []))
      .join('');
    expect(text).toBe('my <secret:KEY> hunt');
  });
});

describe('an appended batch', () => {
  const tokens = (...texts: string[]) => texts.map(content => ({ type: 'token', data: { content } }));

  it('is accepted up to text that may become a secret; that is sent again, or flushed', async () => {
    const engine = createEngine({ secrets: { KEY: SECRET } });
    const writer = await engine.open();
    expect(await writer.append(tokens('a', 'b hunt'))).toMatchObject({ accepted: 1, last: 2 });
    expect(await writer.append(tokens('b hunt'))).toMatchObject({ accepted: 0 });
    expect(await writer.append(tokens('b hunt', 'er2'))).toMatchObject({ accepted: 0 });
    expect(await writer.append(tokens('b hunt', 'er2', '2 c', ' hu'))).toMatchObject({ accepted: 3 });
    expect(await writer.append(tokens(' hu'), { flush: true })).toMatchObject({ accepted: 1 });
    expect(await writer.append([{ type: 'complete' }])).toMatchObject({ accepted: 1 });
    const { items } = await engine.events.search(writer.id, { limit: 100 });
    const texts = items.flatMap(item => ('type' in item && item.type === 'token' ? [item.data.content] : []));
    expect(texts).toEqual(['a', 'b ', '<secret:KEY> c', ' ', 'hu']);
    await engine.close();
  });

  it('holds back itself what more than 512 events would have to be sent again for', async () => {
    const engine = createEngine({ secrets: { KEY: SECRET } });
    const writer = await engine.open();
    const steps = Array.from({ length: 600 }, () => ({ type: 'step', data: { name: 's' } }));
    expect(await writer.append([...tokens('hunt'), ...steps])).toMatchObject({ accepted: 601 });
    expect(await writer.append(tokens('er22!'))).toMatchObject({ accepted: 1 });
    await writer.complete();
    const newest = await engine.events.search(writer.id, { limit: 2, order: 'desc' });
    expect(newest.items).toMatchObject([{ type: 'complete' }, { data: { content: '<secret:KEY>!' } }]);
    await engine.close();
  });
});
