import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BASE, casesOf, OURS } from './cases-of.ts';
import { median } from './measure-cpu.ts';
import type { Row } from './row.ts';

/** A number over all rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A case beside the base of its row. */
export interface Compared {
  readonly name: string;
  readonly cost: Spread;
  /** Per round: its cost by that of the base in the same round. */
  readonly ratio: Spread;
}

export interface Measured {
  readonly row: Row;
  readonly base: Spread;
  readonly ours: Compared;
  readonly others: readonly Compared[];
  /** What the goal is about. */
  readonly reached: number;
  readonly met: boolean;
}

/** Milliseconds after which a case is taken for stuck. */
const LONGEST_CASE = 180_000;
const CASE = fileURLToPath(new URL('./case-process.mjs', import.meta.url));

/** Measures every case once a round, in an order that is reversed in every other one. Rejects if a case crashes. */
export async function measureRow(row: Row, rounds: number): Promise<Measured> {
  const names = [...casesOf(row).keys()];
  const costs = new Map<string, number[]>(names.map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      costs.get(name)!.push(await measureCase(row.name, name));
    }
  }
  const base = costs.get(BASE)!;
  const compared = (name: string): Compared => {
    const mine = costs.get(name)!;
    return { name, cost: spreadOf(mine), ratio: spreadOf(mine.map((cost, round) => cost / base[round]!)) };
  };
  const ours = compared(OURS);
  const reached = {
    ratio: ours.ratio.median,
    value: ours.cost.median,
    difference: median(costs.get(OURS)!.map((cost, round) => cost - base[round]!)),
  }[row.goal.of];
  return {
    ...{ row, base: spreadOf(base), ours, others: Object.keys(row.others).map(compared) },
    ...{ reached, met: reached <= row.goal.atMost },
  };
}

function measureCase(row: string, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(CASE, [row, name], { execArgv: ['--expose-gc'], timeout: LONGEST_CASE });
    let cost: number | undefined;
    child.on('message', told => (cost = told as number));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0 && cost !== undefined) resolve(cost);
      else reject(new Error(`${row} / ${name} crashed or did not finish (${signal ?? code})`));
    });
  });
}

function spreadOf(numbers: readonly number[]): Spread {
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) };
}
