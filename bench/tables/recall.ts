// `npm run recall`: how many of the published fakes of secrets our rules find, and how much they take for one that is none.
// Ends with 1 below 95 of 100, or if anything in the recordings of real agents is taken for a secret.
import { knownSecrets } from '../../src/index.ts';
import { ARCHIVE, readPublished, recordedTexts, RECORDINGS } from '../recall/published-secrets.ts';
import { recallOf, total, type Recall } from '../recall/recall.ts';

const SAMPLES = 100;
const GOAL = 0.95;

const known = knownSecrets({ detect: true });
const published = readPublished(SAMPLES);
if (published === undefined) {
  console.log(`Skipped: there is no ${ARCHIVE}; SECRETS_ARCHIVE names another one.`);
} else {
  const fixtures = published.fixtures.map(provider => recallOf(provider, known));
  const generated = published.generated.map(provider => recallOf(provider, known));
  print('Fixtures of secretlint and detect-secrets', fixtures);
  print(`${SAMPLES} texts each, made from the patterns of gitleaks that know a token by itself`, generated);
  console.log(`Not measured, since they need a word beside it: ${published.byContext.length} patterns.\n`);
  for (const all of [total(fixtures), total(generated)])
    if (all.found / all.positives < GOAL) process.exitCode = 1;
}

let texts = 0;
let characters = 0;
const touched: string[] = [];
for (const { name, text } of recordedTexts()) {
  texts++;
  characters += text.length;
  if (known.finds(text)) touched.push(name);
}
console.log(
  texts === 0
    ? `Skipped: there is no ${RECORDINGS}; RECORDINGS_DIR names another one.`
    : `Recordings of real agents: ${touched.length} of ${texts} texts (${characters.toLocaleString('en')} characters) touched. ${touched.join(' ')}`,
);
if (touched.length > 0) process.exitCode = 1;

function print(title: string, recalls: readonly Recall[]): void {
  console.log(`${title}:\n\n| provider | positives | found | recall | negatives | touched |`);
  console.log('|---|---:|---:|---:|---:|---|');
  for (const each of [...recalls, total(recalls)]) {
    const share = each.positives === 0 ? '' : `${((100 * each.found) / each.positives).toFixed(1)} %`;
    const names = each.touched.length === 0 ? '0' : `${each.touched.length}: ${each.touched.join(' ')}`;
    console.log(
      `| ${each.name} | ${each.positives} | ${each.found} | ${share} | ${each.negatives} | ${names} |`,
    );
  }
  console.log();
}
