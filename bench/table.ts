import type { Compared, Measured, Spread } from './measure-row.ts';
import type { Goal, Unit } from './row.ts';

/** One line of Markdown per row, and one per peer below it. */
export const HEAD = [
  '| what | base | Sluice | held against the goal: median (min–max) | goal | |',
  '|---|---:|---:|---:|---:|---|',
].join('\n');

export function lineOf({ row, base, ours, others, met, reached }: Measured): string {
  const { unit, goal } = row;
  const verdict = met ? 'met' : '**missed**';
  const held = {
    ratio: spread(ours.ratio, round),
    value: spread(ours.cost, value => show(value, unit)),
    difference: `${signed(reached)} ${unit}`,
  }[goal.of];
  return [
    `| ${row.what}; base: ${row.against} | ${show(base.median, unit)} | ${show(ours.cost.median, unit)} | ${held} | ${goalText(goal, unit)} | ${verdict} |`,
    ...others.map(other => otherLine(other, unit)),
  ].join('\n');
}

function otherLine({ name, cost, ratio }: Compared, unit: Unit): string {
  return `| · ${name} | | ${show(cost.median, unit)} | ${spread(ratio, round)} | | |`;
}

function goalText({ of, atMost }: Goal, unit: Unit): string {
  if (of === 'value') return `≤ ${show(atMost, unit)}`;
  if (of === 'difference') return `≤ ${signed(atMost)} ${unit}`;
  return `≤ ${round(atMost)}×`;
}

function spread({ median, min, max }: Spread, text: (value: number) => string): string {
  return `${text(median)} (${text(min)}–${text(max)})`;
}

function show(value: number, unit: Unit): string {
  if (unit === 'ns' && value >= 10_000_000) return `${round(value / 1_000_000)} ms`;
  if (unit === 'ns' && value >= 10_000) return `${round(value / 1_000)} µs`;
  if (unit === 'B' && value >= 1_024) return `${round(value / 1_024)} KB`;
  return `${round(value)} ${unit}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${round(Math.abs(value))}`;
}

/** Three figures: no more can be trusted. */
function round(value: number): string {
  const text = value.toPrecision(3);
  return String(Number(text));
}
