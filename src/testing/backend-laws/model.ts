import type { Backend, Batch, LogQuery, ReadResult } from '../../backends/backend.ts';
import type { Entry } from '../../event/entry.ts';
import { breach } from '../law.ts';
import type { BackendLab } from './backend-lab.ts';
import { LawRun, seen } from './law-run.ts';
import { mustEqual } from './must-equal.ts';

/** One step of a program that a backend and an array go through side by side. */
export type BackendStep =
  /** Appends one event for each length of text. */
  | { readonly step: 'append'; readonly lengths: readonly number[]; readonly end?: boolean | undefined }
  /** Sends the last batch but `back` again. */
  | { readonly step: 'repeat'; readonly back: number }
  | { readonly step: 'trim'; readonly seq: number }
  | ({ readonly step: 'read' } & LogQuery);

/** Runs a program on a new run of `backend` and compares each answer with that of an array. */
export async function checkProgram(
  backend: Backend,
  lab: BackendLab,
  program: readonly BackendStep[],
): Promise<void> {
  const run = await LawRun.create(backend, lab);
  const batches: Batch[] = [];
  const state: ProgramState = { run, batches, first: 1, closed: false };
  for (const step of program) {
    if (step.step === 'append') await append(state, step.lengths, step.end === true);
    else if (step.step === 'repeat') await repeat(run, batches, step.back);
    else if (step.step === 'trim') {
      await backend.log.trim(run.key, step.seq);
      state.first = Math.max(state.first, Math.min(step.seq + 1, run.written.length));
    } else mustAnswer(await run.read(step), state, step);
  }
}

/** What the array knows of the run. */
interface ProgramState {
  readonly run: LawRun;
  readonly batches: Batch[];
  first: number;
  closed: boolean;
}

async function append(state: ProgramState, lengths: readonly number[], end: boolean): Promise<void> {
  const { run, batches } = state;
  const texts = lengths.map(length => 'x'.repeat(length));
  const batch = run.batch(texts, end ? 'complete' : undefined);
  if (state.closed) {
    mustEqual(await run.append(batch), { result: 'closed', end: run.written.length }, 'append after the end');
    return;
  }
  batches.push(await run.must(batch));
  state.closed = end;
}

async function repeat(run: LawRun, batches: readonly Batch[], back: number): Promise<void> {
  const batch = batches.at(-1 - back);
  if (batch) mustEqual((await run.append(batch)).result, 'duplicate', 'a repeated batch');
}

function mustAnswer(answer: ReadResult, { run, first, closed }: ProgramState, query: LogQuery): void {
  const { written, cursor } = run;
  const what = `read ${JSON.stringify(query)} of ${first}..${written.length}`;
  const { after, limit, bytes = Infinity, reverse = false } = query;
  const tip = written.length;
  if (after > tip) return mustEqual(answer, { result: 'reset', reason: 'future' }, what);
  const next = reverse ? (after === 0 ? tip : after - 1) : after + 1;
  if (limit > 0 && next > 0 && next < first) {
    const [from, to] = reverse ? [1, next] : [next, first - 1];
    const { cursor } = written[to - 1]!;
    // Backwards there is nowhere to go on, so the chain of what is gone need not be known any more.
    const unknown = cursor.replace(/[^.]*$/, '0');
    const isUnknown = reverse && answer.result === 'gap' && answer.cursor === unknown;
    return mustEqual(answer, { result: 'gap', from, to, cursor: isUnknown ? unknown : cursor }, what);
  }
  if (answer.result !== 'page') return breach(`${what}: expected a page, got ${JSON.stringify(answer)}`);
  mustEqual([answer.tip, answer.cursor, answer.closed], [tip, cursor, closed], what);
  const kept = written.slice(first - 1);
  const candidates = reverse
    ? kept.filter(({ seq }) => seq <= next).reverse()
    : kept.filter(({ seq }) => seq >= next);
  mustBePage(answer.entries, candidates, { limit, bytes, what });
}

// A page may be shorter than it could be; it must begin at its place, have no hole and not be empty without need.
function mustBePage(
  page: readonly Entry[],
  candidates: readonly Entry[],
  { limit, bytes, what }: { readonly limit: number; readonly bytes: number; readonly what: string },
): void {
  if (page.length > limit) breach(`${what}: expected at most ${limit} events, got ${page.length}`);
  if (page.length === 0 && limit > 0 && candidates.length > 0) breach(`${what}: expected events, got none`);
  mustEqual(seen(page), seen(candidates.slice(0, page.length)), what);
  const size = page.reduce((sum, { line }) => sum + line.length, 0);
  if (page.length > 1 && size > bytes) breach(`${what}: expected at most ${bytes} bytes, got ${size}`);
}
