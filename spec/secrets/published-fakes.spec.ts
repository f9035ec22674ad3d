import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
/** Published test fixtures of secret scanners, packed so that nothing takes them for live secrets. */
const ARCHIVE = process.env.SECRETS_ARCHIVE ?? join(DATA, 'secrets.tar.gz');
const RECORDINGS = process.env.RECORDINGS_DIR ?? join(DATA, 'recordings');
const unpacked = existsSync(ARCHIVE) ? mkdtempSync(join(tmpdir(), 'sluice-fakes-')) : undefined;
if (unpacked !== undefined) execFileSync('tar', ['xzf', ARCHIVE, '-C', unpacked]);
afterAll(() => {
  if (unpacked !== undefined) rmSync(unpacked, { recursive: true });
});

interface Case {
  readonly provider: string;
  readonly name: string;
  readonly text: string;
  /** What must be found. */
  readonly secrets: readonly string[];
}

/** Numbers of accounts are names, and not secrets. */
const NO_SECRET = new Set(['AWSAccountID']);
/** Cases of other scanners' rules that say nothing about ours: masking there is right, or safe. */
const NOT_OURS = new Set(['ok.database-urls-not-detected', 'ok.false-positives-prevented']);

function cases(root: string): Case[] {
  const folder = join(root, 'secrets/secretlint');
  return readdirSync(folder).flatMap(provider =>
    readdirSync(join(folder, provider)).map(name => {
      const path = join(folder, provider, name);
      const files = readdirSync(path);
      const input = files.find(file => file !== 'output.json' && !file.includes('secretlintrc'))!;
      const text = readFileSync(join(path, input), 'utf8');
      const { messages = [] } = JSON.parse(readFileSync(join(path, 'output.json'), 'utf8')) as {
        messages?: readonly { readonly messageId: string; readonly range: readonly [number, number] }[];
      };
      const found = messages.filter(({ messageId }) => !NO_SECRET.has(messageId));
      return { provider, name, text, secrets: found.map(({ range: [from, end] }) => text.slice(from, end)) };
    }),
  );
}

(unpacked === undefined ? describe.skip : describe)('published fakes of secrets', () => {
  it('are found, 95 of 100 at the least', () => {
    const known = knownSecrets({ detect: true });
    const all = cases(unpacked!);
    const missed = all.flatMap(({ provider, name, text, secrets }) => {
      const masked = known.mask(text);
      return secrets.filter(secret => masked.includes(secret)).map(() => `${provider}/${name}`);
    });
    const total = all.reduce((sum, { secrets }) => sum + secrets.length, 0);
    expect(total).toBeGreaterThan(30);
    expect([missed.length / total <= 0.05, missed]).toEqual([true, missed]);
  });

  it('that other scanners let pass are let pass, but for keys with another check inside', () => {
    const known = knownSecrets({ detect: true });
    const touched = cases(unpacked!)
      .filter(
        ({ name, secrets }) => secrets.length === 0 && /^(ok|placeholder)/.test(name) && !NOT_OURS.has(name),
      )
      .filter(({ text }) => known.finds(text))
      .map(({ provider, name }) => `${provider}/${name}`);
    expect(touched).toEqual(['anthropic/ok.valid', 'openai/ok.valid']);
  });
});

(existsSync(RECORDINGS) ? describe : describe.skip)('recordings of real agents', () => {
  it('hold nothing that our rules take for a secret', () => {
    const known = knownSecrets({ detect: true });
    const files = readdirSync(RECORDINGS, { recursive: true, encoding: 'utf8' });
    const texts = files.filter(file => /\.(jsonl?|txt|sse|md|log|ndjson)$/.test(file));
    expect(texts.length).toBeGreaterThan(50);
    const touched = texts.filter(file => known.finds(readFileSync(join(RECORDINGS, file), 'utf8')));
    expect(touched).toEqual([]);
  });
});
