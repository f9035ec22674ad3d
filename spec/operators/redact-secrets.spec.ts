import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { of } from 'rxjs';
import type { Proposal } from '../../src/event/proposal.ts';
import { redactSecrets, redactStep } from '../../src/operators/redact-secrets.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample, token } from '../support/sample-events.ts';

const secrets = { KEY: 'hunter22' };

function redactOne(proposal: Proposal): Proposal {
  const written: Proposal[] = [];
  redactStep<Proposal>(knownSecrets(secrets))({
    next: value => written.push(value),
    complete: () => undefined,
  }).next(proposal);
  expect(written).toHaveLength(1);
  return written[0]!;
}

describe('redactSecrets', () => {
  describeLaws(operatorLaws, {
    make: () => redactSecrets({ secrets }),
    passing: [token(1, 'x'), { notice: 'degraded' }, sample(3)],
  });

  it('masks data and metadata and nothing else', () =>
    marbles(({ cold, expectObservable }) => {
      const before = {
        a: token(1, 'my hunter22', {}, { node: 'hunter22', metadata: { hunter22: ['hunter22'] } }),
        b: { notice: 'gap', runId: 'hunter22' },
      };
      const after = {
        a: token(
          1,
          'my <secret:KEY>',
          {},
          { node: 'hunter22', metadata: { '<secret:KEY>': ['<secret:KEY>'] } },
        ),
        b: before.b,
      };
      expectObservable(cold<object>('-a-b|', before).pipe(redactSecrets({ secrets }))).toBe('-a-b|', after);
    }));

  it('adds no fields that were not there', () => {
    const step = redactOne({ type: 'token', data: { content: 'hunter22' }, at: 0, size: 30 });
    expect(Object.keys(step)).toEqual(['type', 'data', 'at', 'size']);
  });

  it('takes anything that masks, such as the secrets of another copy of the package', () => {
    const shouting = redactSecrets<object>({ secrets: { mask: text => text.toUpperCase() } });
    const seen: unknown[] = [];
    of(token(1, 'x'))
      .pipe(shouting)
      .subscribe(event => seen.push(event));
    expect(seen).toEqual([expect.objectContaining({ data: { CONTENT: 'X' } })]);
  });

  it('masks with a secret whose name is mask', () => {
    const seen: unknown[] = [];
    of({ data: 'hunter22' })
      .pipe(redactSecrets({ secrets: { mask: 'hunter22' } }))
      .subscribe(event => seen.push(event));
    expect(seen).toEqual([{ data: '<secret:mask>' }]);
  });

  it('takes secrets that are learned while the stream runs', () =>
    marbles(({ cold, expectObservable }) => {
      const known = knownSecrets();
      const source = cold('-a-a|', { a: token(1, 'swordfish') });
      const spied = source.pipe(redactSecrets({ secrets: known }));
      cold('--x').subscribe(() => known.add('DB', 'swordfish'));
      expectObservable(spied).toBe('-a-b|', { a: token(1, 'swordfish'), b: token(1, '<secret:DB>') });
    }));

  it('gives back the same proposal without a secret, and keeps size an upper estimate with one', () => {
    const text = fc
      .array(fc.constantFrom('hunter22', 'a', ' '), { maxLength: 8 })
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(
        fc.dictionary(text, text),
        fc.option(fc.record({ note: text }), { nil: undefined }),
        (data, metadata) => {
          const size = JSON.stringify(data).length + (metadata ? JSON.stringify(metadata).length : 0);
          const proposal: Proposal = { type: 'custom:x', data, at: 0, size, metadata };
          const masked = redactOne(proposal);
          const json = JSON.stringify(masked.data) + (metadata ? JSON.stringify(masked.metadata) : '');
          expect(json).not.toContain('hunter22');
          expect(json.length).toBe(masked.size);
          if (!JSON.stringify([data, metadata]).includes('hunter22')) expect(masked).toBe(proposal);
        },
      ),
    );
  });

  it('refuses a secret that is too short at call time', () => {
    expect(() => redactSecrets({ secrets: { KEY: 'abc' } })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  });
});
