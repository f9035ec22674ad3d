// `npm run bench:redaction`: what masking costs by the number of secrets and the kind of text, how fast all rules are on recorded
// texts, and that every rule is linear on the text that is worst for it. CPU time of one process; measures, and fails nothing.
import { map, Observable } from 'rxjs';
import { knownSecrets, redactSecrets, type KnownSecrets } from '../../src/index.ts';
import { ruleNames } from '../../src/secrets/detector-choice.ts';
import { CANARIES } from '../../spec/secrets/canaries.ts';
import { describeMachine, loadNow } from '../machine.ts';
import { cpuMicros, cpuPerOperation, median } from '../measure-cpu.ts';
import { recordedTexts } from '../recall/published-secrets.ts';
import { randomWords, textOf, tokenTexts } from '../sizes.ts';

interface Said {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const COUNTS = [10, 100, 1_000, 10_000];
/** Of so many events one holds a secret, where there are hits. */
const HIT_EVERY = 8;
const EVENTS = 1_024;

const { node, cpu, cores } = describeMachine();
console.log(`Node ${node}, ${cpu}, ${cores} cores; load ${loadNow()}\n`);
await printCosts();
printRecorded();
printDoubling();
console.log(`load ${loadNow()}`);

async function printCosts(): Promise<void> {
  console.log('CPU time of one event through redactSecrets, all encodings of every secret:\n');
  console.log(`| text | hits | beginnings | ${COUNTS.map(count => `${count} secrets`).join(' | ')} |`);
  console.log(`|---|---|---|${COUNTS.map(() => '---:|').join('')}`);
  for (const kind of ['string of 200 B', 'record of 5 KB', 'stream of tokens']) {
    for (const hasHits of [false, true]) {
      for (const isAlike of [false, true]) {
        const costs: string[] = [];
        for (const count of COUNTS) costs.push(await cost(kind, count, hasHits, isAlike));
        console.log(
          `| ${kind} | ${hasHits ? `1 of ${HIT_EVERY}` : 'none'} | ${isAlike ? 'the same' : 'apart'} | ${costs.join(' | ')} |`,
        );
      }
    }
  }
  console.log();
}

async function cost(kind: string, count: number, hasHits: boolean, isAlike: boolean): Promise<string> {
  const values = randomWords(count, 16, 40).map(word => (isAlike ? `acme-live-${word}` : word));
  const known = knownSecrets();
  values.forEach((value, at) => known.add(`KEY_${at}`, value));
  const events = saidOf(kind, at => (hasHits && at % HIT_EVERY === 0 ? values[at % count]! : ''));
  let passed = 0;
  const spent = await cpuPerOperation(times => {
    new Observable<Said>(subscriber => {
      for (let i = 0; i < times; i++) subscriber.next(events[i % events.length]!);
    })
      .pipe(
        redactSecrets<Said>({ secrets: known }),
        map(said => (passed += said.type.length)),
      )
      .subscribe();
  });
  return spent < 10_000
    ? `${Number(spent.toPrecision(3))} ns`
    : `${Number((spent / 1_000).toPrecision(3))} µs`;
}

function saidOf(kind: string, secretAt: (at: number) => string): readonly Said[] {
  if (kind === 'stream of tokens')
    return tokenTexts(EVENTS).map((text, at) => ({
      type: 'token',
      data: { content: text + secretAt(at), messageId: 'm' },
    }));
  return Array.from({ length: 16 }, (_, at) => ({
    type: 'tool.completed',
    data: kind.startsWith('record') ? record(at, secretAt(at)) : { result: textOf(200, at) + secretAt(at) },
  }));
}

/** 50 texts of 100 characters, four levels deep. */
function record(at: number, secret: string): Readonly<Record<string, unknown>> {
  return {
    args: {
      pages: Array.from({ length: 10 }, (_, page) => ({
        lines: Array.from({ length: 5 }, (__, line) => textOf(90, at + page * 5 + line)),
        headers: { of: page === 9 ? secret : 'none' },
      })),
    },
  };
}

function printRecorded(): void {
  const known = knownSecrets({ detect: true });
  const texts = [...recordedTexts()].map(({ text }) => text);
  if (texts.length === 0) return console.log('Skipped: there are no recordings; see RECORDINGS_DIR.\n');
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  const speeds = Array.from({ length: 7 }, () => {
    const before = cpuMicros();
    for (const text of texts) known.mask(text);
    return characters / (cpuMicros() - before);
  });
  console.log(
    `All default rules on the recordings: ${median(speeds).toFixed(0)} MB/s, ${texts.length} texts of ${(characters / 1e6).toFixed(1)} MB.\n`,
  );
}

function printDoubling(): void {
  const sizes = [32_768, 65_536, 131_072, 262_144];
  console.log(
    'Every rule on nothing but its beginnings, cut off and whole; ns a character, the worse of both:\n',
  );
  console.log(`| rule | ${sizes.map(size => `${size / 1_024} KB`).join(' | ')} | last / first |`);
  console.log(`|---|${sizes.map(() => '---:|').join('')}---:|`);
  for (const name of ruleNames()) {
    const known = knownSecrets({ detect: [name] });
    const [before, secret, behind] = CANARIES[name]!;
    const parts = [before + secret.slice(0, 8), before + secret.slice(0, -1), `${before}${secret}${behind} `];
    const costs = sizes.map(size => Math.max(...parts.map(part => perCharacter(known, filled(part, size)))));
    const growth = costs.at(-1)! / costs[0]!;
    console.log(`| ${name} | ${costs.map(each => each.toFixed(1)).join(' | ')} | ${growth.toFixed(2)} |`);
  }
  console.log();
}

function filled(part: string, length: number): string {
  return part.repeat(Math.ceil(length / part.length)).slice(0, length);
}

/** The least of some tries, of masking and of asking how much has to wait. */
function perCharacter(known: KnownSecrets, text: string): number {
  let least = Infinity;
  for (let turn = 0; turn < 8; turn++) {
    const before = cpuMicros();
    known.mask(text);
    known.pending(text);
    least = Math.min(least, cpuMicros() - before);
  }
  return (least * 1_000) / text.length;
}
