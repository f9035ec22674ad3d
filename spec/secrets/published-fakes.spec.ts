import { describe, expect, it } from '@jest/globals';
import { readPublished, recordedTexts } from '../../bench/recall/published-secrets.ts';
import { recallOf, total } from '../../bench/recall/recall.ts';
import { knownSecrets } from '../../src/index.ts';

// `npm run recall` prints the same by provider.
const published = readPublished(20);
const recordings = [...recordedTexts()];
const known = knownSecrets({ detect: true });

(published === undefined ? describe.skip : describe)('published fakes of secrets', () => {
  it.each(['fixtures', 'generated'] as const)('that are %s are found, 95 of 100 at the least', from => {
    const recalls = published![from].map(provider => recallOf(provider, known));
    const all = total(recalls);
    const weak = recalls.filter(({ found, positives }) => found / positives < 0.95).map(({ name }) => name);
    expect(all.positives).toBeGreaterThan(from === 'fixtures' ? 30 : 2_000);
    expect([all.found / all.positives >= 0.95, weak]).toEqual([true, weak]);
  });

  it('that other scanners let pass are let pass, but for keys with another check inside', () => {
    const all = total(published!.fixtures.map(provider => recallOf(provider, known)));
    expect(all.negatives).toBeGreaterThan(10);
    expect(all.touched).toEqual(['anthropic/ok.valid', 'openai/ok.valid']);
  });
});

(recordings.length === 0 ? describe.skip : describe)('recordings of real agents', () => {
  it('hold nothing that our rules take for a secret', () => {
    expect(recordings.length).toBeGreaterThan(50);
    expect(recordings.filter(({ text }) => known.finds(text)).map(({ name }) => name)).toEqual([]);
  });
});
