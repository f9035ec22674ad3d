import type { Admission, Bucket, CallOutcome, CircuitRules, PolicyStore } from '../control/policy-store.ts';
import { randomName } from '../time/random-name.ts';
import { breach, type Law } from './law.ts';

/** A place where policies keep what they remember, and its time. */
export interface PolicyStoreLab {
  /** Opens a store. All that are `shared` must answer as one, as those of several processes do. */
  open(): PolicyStore | Promise<PolicyStore>;
  /** Whether two stores of this lab are one. */
  readonly shared: boolean;
  /** Lets time pass for all of them, in milliseconds. */
  advance(ms: number): void | Promise<void>;
}

/** What every store of policies keeps. */
export const policyStoreLaws: readonly Law<PolicyStoreLab>[] = [
  law('gives a burst at once, then one at a time', async ({ first, second, advance, key }) => {
    const bucket = { limit: 10, per: 1_000, burst: 3 };
    const waits = [await first.take(key, bucket, 0), await second.take(key, bucket, 0)];
    waits.push(await first.take(key, bucket, 0), await second.take(key, bucket, 0));
    same(waits, [0, 0, 0, 100], 'what four tokens cost');
    await advance(100);
    same(await takes(first, key, { bucket, count: 2 }), [0, 100], 'after the time of one');
    await advance(10_000);
    same(await takes(second, key, { bucket, count: 4 }), [0, 0, 0, 100], 'after a quiet time');
    same(await first.take(`${key}other`, bucket, 0), 0, 'of another key');
  }),
  law(
    'reserves for those who have patience, one behind the other',
    async ({ first, second, advance, key }) => {
      const bucket = { limit: 1, per: 100, burst: 1 };
      const waits = [await first.take(key, bucket, 250), await second.take(key, bucket, 250)];
      waits.push(await first.take(key, bucket, 250), await second.take(key, bucket, 250));
      same(waits, [0, 100, 200, 300], 'waits');
      await advance(200);
      same(await first.take(key, bucket, 0), 100, 'after two turns');
    },
  ),
  law('gives each of many callers at once what is left', async ({ first, second, key }) => {
    const bucket = { limit: 20, per: 3_600_000, burst: 20 };
    const asked = Array.from({ length: 50 }, async (_, at) => (at % 2 ? first : second).take(key, bucket, 0));
    const given = (await Promise.all(asked)).filter(wait => wait === 0);
    same(given.length, 20, 'tokens given');
  }),
  law(
    'opens a circuit after enough failures in time, for everybody',
    async ({ first, second, advance, key }) => {
      const [one, other] = [circuitOf(first, key), circuitOf(second, key)];
      await one.report('failed');
      await advance(1_000);
      await other.report('failed');
      await one.report('succeeded');
      await one.report('dropped');
      same(await one.admit(), { state: 'closed' }, 'after failures that are apart');
      await advance(999);
      await one.report('failed');
      same(await one.admit(), { state: 'open', wait: 500 }, 'after failures in time');
      same(await other.admit(), { state: 'open', wait: 500 }, 'asked by another store');
    },
  ),
  law('lets exactly one call try after a while', async ({ first, second, advance, key }) => {
    const [one, other] = [circuitOf(first, key), circuitOf(second, key)];
    await one.opened();
    await advance(499);
    same(await other.admit(), { state: 'open', wait: 1 }, 'just before');
    await advance(1);
    const asked = Array.from({ length: 20 }, (_, at) => (at % 2 ? one : other).admit());
    const states = (await Promise.all(asked)).map(({ state }) => state);
    same(states.filter(state => state === 'trial').length, 1, 'trials');
    same(states.filter(state => state === 'open').length, 19, 'refusals');
    await advance(100);
    same(await one.admit(), { state: 'open', wait: 400 }, 'while it tries');
  }),
  law(
    'closes when all trials succeed, and opens again when one fails',
    async ({ first, second, advance, key }) => {
      const rules = { ...RULES, halfOpen: 2 };
      const [one, other] = [circuitOf(first, key, rules), circuitOf(second, key, rules)];
      await one.opened();
      await advance(500);
      const tried = await one.trial();
      same((await other.trial()) === tried, true, 'trials of one opening are told alike');
      same((await one.admit()).state, 'open', 'a third one');
      await other.report('succeeded', tried);
      same((await one.admit()).state, 'open', 'when one of two succeeded');
      await one.report('failed', tried);
      same(await other.admit(), { state: 'open', wait: 500 }, 'when one failed');
      await advance(500);
      const again = await one.trial();
      await one.trial();
      await one.report('succeeded', tried);
      await one.report('succeeded', tried);
      same((await one.admit()).state, 'open', 'when trials of before are told');
      await one.report('succeeded', again);
      await other.report('succeeded', again);
      same(await one.admit(), { state: 'closed' }, 'when both succeeded');
      await one.report('failed');
      same(await other.admit(), { state: 'closed' }, 'after one failure more');
    },
  ),
  law(
    'gives a trial back that was dropped, or whose outcome nobody told',
    async ({ first, advance, key }) => {
      const circuit = circuitOf(first, key);
      await circuit.opened();
      await advance(500);
      await circuit.report('dropped', await circuit.trial());
      await circuit.trial();
      await advance(500);
      await circuit.trial();
    },
  ),
  law('forgets no circuit while one of its trials is under way', async ({ first, advance, key }) => {
    const circuit = circuitOf(first, key, { ...RULES, within: 1, cooldown: 10_000, failures: 1 });
    await circuit.report('failed');
    await advance(19_000);
    await circuit.trial();
    await advance(9_000);
    same((await circuit.admit()).state, 'open', 'late in a trial');
  }),
  law('adds to accounts, refuses what is over, and begins anew', async ({ first, second, advance, key }) => {
    const terms = { within: 1_000 };
    const limited = { ...terms, limits: { tokens: 10, calls: 2 } };
    same(await first.spend(key, {}, limited), { totals: {} }, 'of an empty account');
    await first.spend(key, { tokens: 9.5 }, terms);
    await advance(900);
    same(
      await second.spend(key, { calls: 1 }, limited),
      { totals: { tokens: 9.5, calls: 1 } },
      'below all limits',
    );
    same((await first.spend(key, { calls: 2 }, limited)).over, 'calls', 'over a limit');
    await second.spend(key, { tokens: 5 }, terms);
    const spent = { totals: { tokens: 14.5, calls: 1 }, over: 'tokens' };
    same(await first.spend(key, {}, limited), spent, 'above a limit');
    same(await second.spend(key, { calls: -5 }, terms), { totals: { tokens: 14.5, calls: 0 } }, 'given back');
    await advance(100);
    same(await first.spend(key, {}, limited), { totals: {} }, 'after its time');
    await first.spend(key, { tokens: 1 }, terms);
    await second.forget(key);
    same(await first.spend(key, {}, terms), { totals: {} }, 'when it was forgotten');
  }),
  law('keeps names apart, whatever is in them', async ({ first, key }) => {
    const bucket = { limit: 1, per: 3_600_000, burst: 1 };
    const names = [
      '',
      ' ',
      '{x}',
      '}{',
      '%7B',
      'ä',
      '\u{1F600}',
      'a\r\nb',
      '*',
      'x'.repeat(10_000),
      'x'.repeat(10_001),
    ];
    for (const name of names)
      same(await first.take(`${key}${name}`, bucket, 0), 0, JSON.stringify(name.slice(0, 9)));
    const odd = { u: 1, '=u': 2, '': 3, '1': 4 };
    same(await first.spend(key, odd, { within: 1_000 }), { totals: odd }, 'amounts with odd names');
  }),
];

const RULES: CircuitRules = { failures: 2, within: 1_000, cooldown: 500, halfOpen: 1 };

interface Bench {
  readonly first: PolicyStore;
  /** The same again where stores are not shared. */
  readonly second: PolicyStore;
  readonly advance: (ms: number) => void | Promise<void>;
  readonly key: string;
}

function law(name: string, check: (bench: Bench) => Promise<void>): Law<PolicyStoreLab> {
  return {
    name,
    async check(lab) {
      const first = await lab.open();
      const second = lab.shared ? await lab.open() : first;
      await check({ first, second, advance: ms => lab.advance(ms), key: `law-${randomName(12)}:` });
    },
  };
}

async function takes(
  store: PolicyStore,
  key: string,
  { bucket, count }: { readonly bucket: Bucket; readonly count: number },
): Promise<readonly number[]> {
  const waits: number[] = [];
  while (waits.length < count) waits.push(await store.take(key, bucket, 0));
  return waits;
}

function circuitOf(store: PolicyStore, key: string, rules = RULES) {
  const report = async (outcome: CallOutcome, trial?: number): Promise<void> =>
    store.report(key, rules, { outcome, trial });
  const admit = async (): Promise<Admission> => store.admit(key, rules);
  return {
    ...{ report, admit },
    async opened() {
      for (let failed = 0; failed < rules.failures; failed++) await report('failed');
    },
    async trial() {
      const admission = await admit();
      return admission.state === 'trial'
        ? admission.trial
        : breach(`expected a trial, got ${JSON.stringify(admission)}`);
    },
  };
}

function same(got: unknown, expected: unknown, what: string): void {
  if (text(got) !== text(expected)) breach(`${what}: expected ${text(expected)}, got ${text(got)}`);
}

/** The order of amounts means nothing. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
