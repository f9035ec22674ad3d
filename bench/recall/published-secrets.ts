import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplePattern, type Sample } from './pattern-samples.ts';

/** What scanners of secrets publish as tests, of one provider. */
export interface Provider {
  readonly name: string;
  /** Texts, and what of them must be found. */
  readonly positives: readonly Sample[];
  /** Texts that scanners let pass. */
  readonly negatives: readonly { readonly name: string; readonly text: string }[];
}

/** Where the fixtures come from; each holds providers by name. */
export interface Published {
  readonly fixtures: readonly Provider[];
  /** Made from the patterns of rules that know a token by itself. */
  readonly generated: readonly Provider[];
  /** Names of rules that need a word beside the token, or that describe more than an issuer makes. */
  readonly byContext: readonly string[];
}

const DATA = join(process.cwd(), '../shared/data');
/** Test fixtures of secret scanners, packed so that nothing takes them for live secrets. */
export const ARCHIVE = process.env['SECRETS_ARCHIVE'] ?? join(DATA, 'secrets.tar.gz');
export const RECORDINGS = process.env['RECORDINGS_DIR'] ?? join(DATA, 'recordings');

/** `undefined` where the archive is absent. Unpacked into a temporary folder, which is gone afterwards. */
export function readPublished(samplesEach: number): Published | undefined {
  if (!existsSync(ARCHIVE)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fakes-'));
  try {
    execFileSync('tar', ['xzf', ARCHIVE, '-C', folder]);
    const root = join(folder, 'secrets');
    return { fixtures: [...secretlint(root), ...detectSecrets(root)], ...gitleaks(root, samplesEach) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every text of the recordings of real agents; none where they are absent. */
export function* recordedTexts(): Generator<{ readonly name: string; readonly text: string }> {
  if (!existsSync(RECORDINGS)) return;
  for (const name of readdirSync(RECORDINGS, { recursive: true, encoding: 'utf8' })) {
    if (/\.(jsonl?|txt|sse|md|log|ndjson)$/.test(name))
      yield { name, text: readFileSync(join(RECORDINGS, name), 'utf8') };
  }
}

/** Numbers of accounts are names, and not secrets. */
const NO_SECRET = new Set(['AWSAccountID']);
/** Of other scanners' rules, which say nothing about ours: masking there is right, or safe. */
const NOT_OURS = new Set(['ok.database-urls-not-detected', 'ok.false-positives-prevented']);

function secretlint(root: string): Provider[] {
  const folder = join(root, 'secretlint');
  return readdirSync(folder).map(name => {
    const cases = readdirSync(join(folder, name)).map(each => readCase(join(folder, name, each), each));
    return {
      name,
      positives: cases.flatMap(({ text, secrets }) => secrets.map(secret => ({ text, secret }))),
      negatives: cases.filter(
        each => each.secrets.length === 0 && /^(ok|placeholder)/.test(each.name) && !NOT_OURS.has(each.name),
      ),
    };
  });
}

interface Case {
  readonly name: string;
  readonly text: string;
  readonly secrets: readonly string[];
}

function readCase(path: string, name: string): Case {
  const input = readdirSync(path).find(file => file !== 'output.json' && !file.includes('secretlintrc'))!;
  const text = readFileSync(join(path, input), 'utf8');
  const { messages = [] } = JSON.parse(readFileSync(join(path, 'output.json'), 'utf8')) as {
    messages?: readonly { readonly messageId: string; readonly range: readonly [number, number] }[];
  };
  const found = messages.filter(({ messageId }) => !NO_SECRET.has(messageId));
  return { name, text, secrets: found.map(({ range: [from, end] }) => passwordOf(text.slice(from, end))) };
}

/** Of an address the password is secret, and not its host. */
function passwordOf(found: string): string {
  return /:\/\/[^:@/]*:(.+)@/.exec(found)?.[1] ?? found;
}

/** Its other fixtures are words behind `password =`, which no shape tells. */
function detectSecrets(root: string): Provider[] {
  const config = readFileSync(join(root, 'detect-secrets/config.yaml'), 'utf8');
  const key = readFileSync(join(root, 'detect-secrets/files/private_key'), 'utf8');
  const positives = [
    { text: config, secret: /AKIA\w{16}/.exec(config)![0] },
    { text: key, secret: key.trim() },
  ];
  return [{ name: 'detect-secrets', positives, negatives: [] }];
}

/** What stands between a word and a value in the rules that need both. */
const BESIDE_A_WORD = '(?:[ \\t\\w.-]{0,20})';
/** Needs a command or an XML element around it, is public, begins with any number, or matches what nobody issues. */
const NOT_BY_ITSELF = new Set([
  ...['curl-auth-header', 'curl-auth-user', 'kubernetes-secret-yaml', 'nuget-config-password'],
  ...['freemius-secret-key', 'flutterwave-public-key', 'facebook-access-token', 'maxmind-license-key'],
  ...['private-key', 'jwt'],
]);

function gitleaks(root: string, samplesEach: number): Pick<Published, 'generated' | 'byContext'> {
  const rules = readFileSync(join(root, 'gitleaks/gitleaks.toml'), 'utf8');
  const random = randomNumbers(20_261_121);
  const generated: Provider[] = [];
  const byContext: string[] = [];
  for (const [, name = '', pattern = ''] of rules.matchAll(/^id = "([^"]+)"[^]*?^regex = '''([^]*?)'''$/gm)) {
    if (pattern.includes(BESIDE_A_WORD) || NOT_BY_ITSELF.has(name)) {
      byContext.push(name);
      continue;
    }
    const positives = Array.from({ length: samplesEach }, () => samplePattern(pattern, random));
    generated.push({ name, positives, negatives: [] });
  }
  return { generated, byContext };
}

/** The same ones in every process, from 0 to 1 (Park and Miller 1988). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
