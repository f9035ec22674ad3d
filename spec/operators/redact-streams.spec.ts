import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { from, Subject } from 'rxjs';
import type { JsonObject } from '../../src/event/json.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { redactSecrets } from '../../src/operators/redact-secrets.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample, token } from '../support/sample-events.ts';
import { joinedTexts, splitTexts } from '../support/split-texts.ts';

const secrets = { k: 'hunter22' };

/** What leaves for these events: `data` of each, joined by type and field where it is text. */
function told(events: readonly object[]): unknown[] {
  const seen: unknown[] = [];
  from(events)
    .pipe(redactSecrets<object>({ secrets }))
    .subscribe(event => seen.push((event as RunEvent).data ?? event));
  return seen;
}

const said = (type: string, data: JsonObject, more = {}): RunEvent => sample(1, type, data, more);

describe('redactSecrets of text that goes on from event to event', () => {
  describeLaws(operatorLaws, {
    make: () => redactSecrets({ secrets }),
    passing: [token(1, 'x'), token(2, 'a text', { messageId: 'm' }), sample(3)],
  });

  it('holds the end back while it may become a secret', () =>
    marbles(({ cold, expectObservable }) => {
      const before = { a: token(1, 'my hunt'), b: token(2, 'er22'), c: token(3, '!h') };
      const after = {
        a: token(1, 'my '),
        b: token(2, '<secret:k>'),
        c: token(3, '!'),
        d: token(3, 'h'),
      };
      const source = cold<object>('-a-b-c-|', before);
      expectObservable(source.pipe(redactSecrets({ secrets }))).toBe('-a-b-c-(d|)', after);
    }));

  it('leaves out what it holds whole, and lets others overtake it', () =>
    marbles(({ cold, expectObservable }) => {
      const values = { a: token(1, 'hunt'), p: sample(2), b: token(3, 'ing'), m: token(3, 'hunting') };
      expectObservable(cold<object>('-a-p-b|', values).pipe(redactSecrets({ secrets }))).toBe(
        '---p-m|',
        values,
      );
    }));

  it('never lets it out by time', () =>
    marbles(({ cold, expectObservable }) => {
      const values = { a: token(1, 'hunt') };
      const source = cold<object>('-a 10m |', values);
      expectObservable(source.pipe(redactSecrets({ secrets }))).toBe('- 10m -(a|)', values);
    }));

  it('lets it out at the end of the message', () => {
    expect(told([token(1, 'hunt'), token(2, 'er2', { finishReason: 'stop' })])).toEqual([
      { content: 'hunter2', finishReason: 'stop' },
    ]);
  });

  it('lets it out before the final event of its run, and no other', () => {
    const seen = told([
      token(1, 'hunt', {}, { runId: 'a' }),
      token(1, 'hunt', {}, { runId: 'b' }),
      sample(2, 'complete', { durationMs: 1 }, { runId: 'a', final: true }),
      token(2, 'ress', {}, { runId: 'b' }),
    ]);
    expect(seen).toEqual([{ content: 'hunt' }, { durationMs: 1 }, { content: 'huntress' }]);
  });

  it('lets it out where a reader begins again', () => {
    const reset = { notice: 'reset', runId: 'run', tenantId: 'tenant', reason: 'fork' };
    expect(told([token(1, 'hunt'), reset, token(1, 'hunt'), token(2, 'er')])).toEqual([
      { content: 'hunt' },
      reset,
      { content: 'hunter' },
    ]);
  });

  it('drops it where the source fails', () => {
    const source = new Subject<object>();
    const seen: unknown[] = [];
    source
      .pipe(redactSecrets({ secrets }))
      .subscribe({ next: value => seen.push(value), error: () => undefined });
    source.next(token(1, 'hunt'));
    source.error(new Error('planted'));
    expect(seen).toEqual([]);
  });

  it.each<[string, (text: string, more: JsonObject) => RunEvent, string, JsonObject]>([
    [
      'arguments of a call',
      (args, more) => said('tool.called', { callId: 'c', tool: 't', args, ...more }),
      'args',
      {},
    ],
    [
      'an answer of a model',
      (response, more) => said('llm.response', { callId: 'c', response, durationMs: 1, ...more }),
      'response',
      {},
    ],
    ['an action', (content, more) => said('action', { kind: 'shell', content, ...more }), 'content', {}],
    [
      'an observation',
      (content, more) => said('observation', { kind: 'stdout', content, ...more }),
      'content',
      {},
    ],
    [
      'an artifact',
      (data, more) => said('artifact', { artifactId: 'a', artifactType: 'text', data, ...more }),
      'data',
      { last: true },
    ],
    ['a custom event', (delta, more) => said('custom:x', { delta, ...more }), 'delta', {}],
  ])('does so for %s that is partial', (_, make, field, end) => {
    const parts = [make('is hunt', { partial: true }), make('er22', { partial: true }), make(' hunt', end)];
    const texts = (told(parts) as JsonObject[]).map(data => data[field]);
    expect(texts.join('|')).toBe('is |<secret:k>| hunt');
    // What is not partial has nothing behind it.
    expect((told([make('is hunt', {}), make('er22', {})]) as JsonObject[]).map(data => data[field])).toEqual([
      'is hunt',
      'er22',
    ]);
  });

  it('keeps messages, nodes, runs, kinds and types apart', () => {
    const apart = (events: readonly RunEvent[]): void =>
      expect(JSON.stringify(told(events))).not.toContain('secret:k');
    apart([token(1, 'hunt', { messageId: 'a' }), token(2, 'er22', { messageId: 'b' })]);
    apart([token(1, 'hunt', {}, { node: 'a' }), token(2, 'er22', {}, { node: 'b' })]);
    apart([token(1, 'hunt', {}, { runId: 'a' }), token(2, 'er22', {}, { runId: 'b' })]);
    const output = (kind: string, content: string) => said('observation', { kind, content, partial: true });
    apart([output('stdout', 'hunt'), output('stderr', 'er22')]);
    apart([token(1, 'hunt'), said('action', { kind: 'x', content: 'er22', partial: true })]);
  });

  it('keeps what an event says besides its text in its place', () => {
    const metadata = { n: 1 };
    const seen: unknown[] = [];
    from([token(1, 'hunt', {}, { metadata }), token(2, 'er22', {}, { cause: 1 })])
      .pipe(redactSecrets({ secrets }))
      .subscribe(event => seen.push(event));
    expect(seen).toEqual([token(1, '', {}, { metadata }), token(2, '<secret:k>', {}, { cause: 1 })]);
  });

  it('masks the rest of an event whose text it holds', () => {
    const seen = told([
      said('custom:x', { delta: 'hunt', note: 'hunter22', partial: true }, { metadata: { a: 'hunter22' } }),
    ]);
    expect(seen).toEqual([
      { delta: '', note: '<secret:k>', partial: true },
      { delta: 'hunt', partial: true },
    ]);
  });

  it('bounds what it holds: of more than 1,000 texts the oldest gives way, without its end', () => {
    const events = Array.from({ length: 1_002 }, (_, n) => token(n, 'hunt', { messageId: `m${n}` }));
    const seen = told([...events, token(2_000, 'er22', { messageId: 'm0' })]) as JsonObject[];
    expect(seen.slice(0, 2).map(({ content, messageId }) => [messageId, content])).toEqual([
      ['m0', '[truncated]'],
      ['m1', '[truncated]'],
    ]);
    expect(JSON.stringify(seen)).not.toContain('hunter22');
    expect(seen).toHaveLength(1_003);
  });

  it('bounds what it holds of secrets that lie one over the other without an end', () => {
    const seen: unknown[] = [];
    const source = new Subject<object>();
    source.pipe(redactSecrets({ secrets: { k: 'aaaaaa' } })).subscribe(event => seen.push(event));
    for (let n = 0; n < 40; n++) source.next(token(n, 'a'.repeat(1_000)));
    expect(seen).toEqual([token(16, '<secret:k>'), token(33, '<secret:k>')]);
    source.complete();
    expect(JSON.stringify(seen)).not.toContain('aaaaaa');
  });

  it('shows of any texts, however they are cut and told, what it would show of each in one piece', () => {
    fc.assert(
      fc.property(splitTexts, ({ secrets: random, pieces }) => {
        const known = knownSecrets(random);
        const events = pieces.map(({ channel, text }, n) => token(n, text, { messageId: String(channel) }));
        const seen: RunEvent[] = [];
        from(events)
          .pipe(redactSecrets<RunEvent>({ secrets: known }))
          .subscribe(event => seen.push(event));
        const shown = seen.flatMap(event =>
          event.type === 'token' ? [{ channel: Number(event.data.messageId), text: event.data.content }] : [],
        );
        const texts = joinedTexts(shown);
        for (const [channel, text] of joinedTexts(pieces)) {
          expect(texts.get(channel) ?? '').toBe(known.mask(text));
        }
        // Nobody overtakes within a text, and nothing is told before it was said.
        for (const channel of texts.keys()) {
          const seqs = seen.flatMap(event =>
            event.type === 'token' && event.data.messageId === String(channel) ? [event.seq] : [],
          );
          expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
