import type { RunListPage } from '../client/index.ts';
import type { RunStatus } from '../index.ts';
import { durationText, timeBetween } from './duration-text.ts';
import { clipped, inline } from './printable-text.ts';
import type { TerminalStyle } from './terminal-style.ts';
import { textTable, type Column } from './text-table.ts';

/** A run in a list. */
export type ListedRun = RunListPage['runs'][number];

const LONGEST = 40;

/** Runs as a table, one line each, titles first. Pure. */
export function runTable(runs: readonly ListedRun[], style: TerminalStyle): string[] {
  const columns: readonly Column<ListedRun>[] = [
    { title: 'RUN', text: run => inline(run.runId) },
    { title: 'STATUS', text: run => run.status, style: (text, run) => statusStyle(style, run.status)(text) },
    { title: 'AGENT', text: run => clipped(inline(run.agent ?? ''), LONGEST) },
    { title: 'STARTED', text: run => localTime(run.startedAt ?? run.createdAt) },
    {
      title: 'TOOK',
      text: run => durationText(timeBetween(run.startedAt ?? run.createdAt, run.endedAt) ?? NaN),
    },
    { title: 'THREAD', text: run => clipped(inline(run.threadId ?? ''), LONGEST) },
    { title: 'LABELS', text: run => clipped(inline(labelsText(run.labels)), LONGEST) },
    { title: 'WHY', text: run => clipped(inline(run.error?.message ?? run.reason ?? ''), 2 * LONGEST) },
  ];
  return textTable(columns, runs, style.dim);
}

/** How a status looks. */
export function statusStyle(style: TerminalStyle, status: RunStatus): (text: string) => string {
  if (status === 'completed') return style.good;
  if (status === 'failed') return style.bad;
  return status === 'waiting' || status === 'cancelled' ? style.notable : style.busy;
}

/** `name=value`, with commas between. */
export function labelsText(labels: ListedRun['labels']): string {
  return Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** A time of RFC 3339 on the clock of whoever reads it: `2030-01-31 23:59:59`. */
export function localTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return inline(time);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
