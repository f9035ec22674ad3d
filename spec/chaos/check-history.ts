import type { Anomaly, Finding } from './anomaly.ts';
import { WHOLE, type HistoryRecord } from './history.ts';
import { LossWindows } from './loss-windows.ts';
import { ReaderTrail } from './reader-trail.ts';

type Of<Kind extends HistoryRecord['kind']> = Extract<HistoryRecord, { kind: Kind }>;

/**
 * What is wrong with a history, run by run; nothing if Sluice kept its word. Pure: the same records, sorted by time,
 * give the same answer. Every run must have been read as a whole at the end, by the reader {@link WHOLE}.
 */
export function checkHistory(records: readonly HistoryRecord[]): Anomaly[] {
  const losses = new LossWindows(records.filter(record => record.kind === 'fault'));
  const runs = new Map<string, HistoryRecord[]>();
  for (const record of records) {
    if (record.kind === 'fault' || record.kind === 'died') continue;
    const known = runs.get(record.run);
    if (known) known.push(record);
    else runs.set(record.run, [record]);
  }
  const died = new Set(records.flatMap(record => (record.kind === 'died' ? [record.by] : [])));
  return [...runs].flatMap(([run, told]) =>
    checkRun(told, losses, died).map(([anomaly, what]) => ({ anomaly, run, what })),
  );
}

function checkRun(told: readonly HistoryRecord[], losses: LossWindows, died: ReadonlySet<string>): Finding[] {
  const trails = new Map<string, ReaderTrail>();
  for (const record of told) {
    if (!('reader' in record)) continue;
    let trail = trails.get(record.reader);
    if (!trail) trails.set(record.reader, (trail = new ReaderTrail(record.reader, losses)));
    trail.add(record);
  }
  for (const [reader, trail] of trails) if (died.has(processOf(reader))) trail.leave();
  const started = told.find(record => record.kind === 'started');
  const whole = trails.get(WHOLE);
  const isLost = (whole?.line.length ?? 0) === 0;
  const mayBeLost = started === undefined || losses.excuse(started.t);
  if (isLost && !mayBeLost) return [['lost', 'the whole run']];
  return [
    ...[...trails.values()].flatMap(trail => [...trail.findings, ...trail.check(whole, isLost)]),
    ...sameBytes(told),
    ...explained(told),
    ...(isLost ? [] : [...stored(told, whole!, losses), ...inOrder(told, whole!)]),
    ...fenced(told),
  ];
}

/** What has one cursor has the same bytes, whoever read it. */
function* sameBytes(told: readonly HistoryRecord[]): Generator<Finding> {
  const sums = new Map<string, string>();
  for (const record of told) {
    if (record.kind !== 'read') continue;
    const known = sums.get(record.id);
    if (known === undefined) sums.set(record.id, record.sum);
    else if (known !== record.sum)
      yield ['divergent', `${record.reader} read other bytes at ${record.id} than another reader`];
  }
}

/** Everything that was read had been said before; what the engine says needs no reason. */
function* explained(told: readonly HistoryRecord[]): Generator<Finding> {
  const tried = new Set<string>();
  for (const record of told) {
    if (record.kind === 'tried') tried.add(record.mark ?? record.type);
    if (record.kind !== 'read' || record.source === 'runtime') continue;
    if (!tried.has(record.mark ?? record.type))
      yield ['phantom', `${record.reader} read ${record.mark ?? record.type} at ${record.id}`];
  }
}

/** What was acknowledged is there once, and where it was acknowledged. */
function* stored(
  told: readonly HistoryRecord[],
  whole: ReaderTrail,
  losses: LossWindows,
): Generator<Finding> {
  const places = new Map<string, string>();
  for (const { mark, id } of whole.line) {
    if (mark === undefined) continue;
    if (places.has(mark)) yield ['duplicate', `${mark} is stored at ${places.get(mark)} and at ${id}`];
    places.set(mark, id);
  }
  for (const { kind, t, ...record } of told) {
    if (kind !== 'acked') continue;
    const { mark, id } = record as Of<'acked'>;
    const place = places.get(mark);
    if (place === undefined && !losses.excuse(t)) yield ['lost', `${mark}, acknowledged at ${id ?? t}`];
    if (place !== undefined && id !== undefined && place !== id && !losses.excuse(t))
      yield ['divergent', `${mark} was acknowledged at ${id} and stands at ${place}`];
  }
}

/** What one writer said stands in the order in which it said it. */
function* inOrder(told: readonly HistoryRecord[], whole: ReaderTrail): Generator<Finding> {
  const order = new Map<string, { readonly by: string; readonly at: number }>();
  for (const [at, record] of told.entries())
    if (record.kind === 'tried' && record.mark !== undefined) order.set(record.mark, { by: record.by, at });
  const last = new Map<string, number>();
  for (const { mark, id } of whole.line) {
    const said = mark === undefined ? undefined : order.get(mark);
    if (!said) continue;
    if (said.at < (last.get(said.by) ?? -1))
      yield ['reordered', `${mark} stands at ${id}, behind later ones`];
    last.set(said.by, said.at);
  }
}

/** Nothing is taken from a writer that it said when another one had the run. */
function* fenced(told: readonly HistoryRecord[]): Generator<Finding> {
  let owner: string | undefined;
  const late = new Set<string>();
  for (const record of told) {
    if (record.kind === 'claimed') owner = record.by;
    if (record.kind === 'tried' && owner !== undefined && record.by !== owner && record.mark !== undefined)
      late.add(record.mark);
    if (record.kind === 'acked' && late.has(record.mark))
      yield ['unfenced', `${record.mark} of ${record.by} was taken after ${owner} had claimed the run`];
  }
}

/** Readers in an instance are named for it, a dot, and their number. */
export function processOf(reader: string): string {
  return reader.split('.')[0]!;
}
