import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '../../src/client/create-client.ts';
import { textsOfLines } from '../guarantees/canaries.ts';
import type { Anomaly } from './anomaly.ts';
import { canaryFlock } from './canary-flock.ts';
import { searchCanaries } from './canary-search.ts';
import { produceByAgents, produceOverHttp, type ProducerParts } from './chaos-producers.ts';
import { readOverHttp, type ChaosReader } from './chaos-readers.ts';
import { ChaosStage } from './chaos-stage.ts';
import { checkHistory, processOf } from './check-history.ts';
import { historyOf, HistoryTail, WHOLE, type HistoryRecord } from './history.ts';
import { baseLine, leftovers } from './leftovers.ts';
import { Nemesis } from './nemesis.ts';
import { Chance } from './seeded-chance.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** How long harm is done. */
  readonly milliseconds: number;
  /** A folder for everything that is written. */
  readonly dir: string;
  /** The program of an instance, as JavaScript. */
  readonly program: string;
  readonly say: (line: string) => void;
}

export interface ChaosReport {
  readonly faults: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly anomalies: readonly Anomaly[];
  readonly left: readonly string[];
  readonly canaries: readonly string[];
}

/** How long everything may take to end once all is well, in milliseconds. */
const CALM = 60_000;

const READERS: readonly ChaosReader[] = [
  { name: 'swift', slowness: 0, isRestless: false },
  { name: 'slow', slowness: 60, isRestless: false },
  { name: 'restless', slowness: 0, isRestless: true },
  { name: 'both', slowness: 30, isRestless: true },
];

/** Four producers, eight readers of every run, two instances, one Redis and a nemesis; and what became of it. */
export async function chaosRun({
  seed,
  milliseconds,
  dir,
  program,
  say,
}: ChaosOptions): Promise<ChaosReport> {
  const chance = new Chance(seed);
  const fork = (): Chance => new Chance(chance.between(0, 2 ** 31));
  const flock = canaryFlock(seed);
  const canaries = Object.values(flock);
  const stage = await ChaosStage.build(dir, program, seed, fork());
  const { history } = stage;
  const [stopWork, stopHarm, giveUp] = [new AbortController(), new AbortController(), new AbortController()];
  setMaxListeners(0, giveUp.signal);
  const runs = new Set<string>();
  const reading = new Set<Promise<void>>();
  const nemesis = new Nemesis(stage, fork(), history);

  const watch = (run: string): Promise<void> => {
    runs.add(run);
    stage.watch(run);
    const readers = READERS.map((reader, at) => {
      // Two of them stay with their server; the others go to any.
      const servers = reader.isRestless ? stage.servers : [stage.servers[at]!];
      const done = readOverHttp(run, reader, { history, chance: fork(), servers, signal: giveUp.signal });
      reading.add(done);
      void done.finally(() => reading.delete(done));
      return done;
    });
    void Promise.all(readers).then(() => stage.unwatch(run));
    return readers[0]!;
  };
  const parts = (): ProducerParts => ({
    ...{ history, canaries, watch, servers: stage.servers, stop: stopWork.signal, chance: fork() },
  });

  try {
    const warmUp = new AbortController();
    await Promise.all([
      produceByAgents('warm', {
        ...parts(),
        stop: warmUp.signal,
        watch: run => (warmUp.abort(), watch(run)),
      }),
      produceOverHttp('warm-too', { ...parts(), stop: warmUp.signal }),
    ]);
    await Promise.all(reading);
    const before = await baseLine(stage);
    say(`begins: seed ${seed}, ${Math.round(milliseconds / 1_000)} s of harm`);

    const work = [
      produceByAgents('agent-1', parts()),
      produceByAgents('agent-2', parts()),
      produceOverHttp('http-1', parts()),
      produceOverHttp('http-2', parts()),
    ];
    const harm = nemesis.rule(stopHarm.signal);
    await Promise.race([pause(milliseconds), harm, ...work]);
    stopHarm.abort();
    await harm;
    stopWork.abort();
    say(`calm: ${runs.size} runs so far`);
    await inTime(Promise.all(work));
    await inTime(Promise.all(reading));
    await inTime(untilInstancesRead(stage, giveUp.signal));
    giveUp.abort();

    await readWhole(stage, runs, { dir, chance: fork() });
    await stage.probe.save();
    const last = historyOf(stage.histories);
    const anomalies = checkHistory(last);
    await eraseAll(stage);
    // Idle connections are kept for longer than anybody waits here.
    for (const line of stage.toInstances) line.cut();
    const left = await leftovers(stage, before);
    await stage.close();
    return {
      ...{ faults: nemesis.counts, counts: countsOf(last, runs), anomalies, left },
      canaries: searchCanaries(dir, canaries, join(dir, '../patterns.txt')),
    };
  } finally {
    giveUp.abort();
    stopWork.abort();
    await stage.close();
  }
}

/** Waits for something for a while, and goes on without: the checker names what it did not do. */
async function inTime(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, pause(CALM, undefined, { ref: false })]);
}

/** Waits until every reader in an instance that lives has been told the end of every run that it was to read. */
async function untilInstancesRead(stage: ChaosStage, giveUp: AbortSignal): Promise<void> {
  const tail = new HistoryTail(stage.histories);
  const open = new Set<string>();
  const died = new Set<string>();
  while (!giveUp.aborted) {
    // A little at a time: everything else waits meanwhile, also what passes through the proxies.
    const records = tail.look();
    for (const record of records) {
      if (record.kind === 'died') died.add(record.by);
      if (record.kind === 'began') open.add(`${record.reader} ${record.run}`);
      if (record.kind === 'ended' || record.kind === 'left') open.delete(`${record.reader} ${record.run}`);
    }
    if (records.length === 0 && [...open].every(reading => died.has(processOf(reading)))) return;
    await pause(records.length === 0 ? 1_000 : 5);
  }
}

/** Reads all runs from their first to their last event, over both instances. */
async function readWhole(
  stage: ChaosStage,
  runs: ReadonlySet<string>,
  { dir, chance }: { readonly dir: string; readonly chance: Chance },
): Promise<void> {
  const { history, servers } = stage;
  const texts = createWriteStream(join(dir, 'texts.out'));
  for (const run of runs) {
    const lines: string[] = [];
    const signal = AbortSignal.timeout(5_000);
    const onItem = (item: object): void => void ('seq' in item && lines.push(JSON.stringify(item)));
    for (const [at, server] of servers.entries()) {
      const reader: ChaosReader = { name: at === 0 ? WHOLE : `${WHOLE}-too`, slowness: 0, isRestless: false };
      await readOverHttp(run, reader, {
        history,
        chance,
        signal,
        servers: [server],
        ...(at === 0 && { onItem }),
      });
    }
    texts.write(`${textsOfLines(lines.join('\n')).join('\n')}\n`);
  }
  await new Promise<void>(resolve => texts.end(resolve));
}

/** Erases every run, also those whose starter was not told that it had started them. */
async function eraseAll(stage: ChaosStage): Promise<void> {
  const client = createClient(stage.servers[0]!);
  const signal = AbortSignal.timeout(CALM);
  while (!signal.aborted) {
    // A connection that was idle for long may be closed just when it is used.
    const page = await client.list({ limit: 100 }).catch(() => undefined);
    if (page?.runs.length === 0) return;
    await Promise.all((page?.runs ?? []).map(({ runId }) => client.delete(runId).catch(() => undefined)));
    await pause(100);
  }
}

function countsOf(records: readonly HistoryRecord[], runs: ReadonlySet<string>): Record<string, number> {
  const count = (kind: HistoryRecord['kind']): number =>
    records.filter(record => record.kind === kind).length;
  const notices = records.flatMap(record => (record.kind === 'notice' ? [record] : []));
  return {
    runs: runs.size,
    ...{ tried: count('tried'), acked: count('acked'), reads: count('read'), claimed: count('claimed') },
    resumes: records.filter(record => record.kind === 'began' && record.after !== 'start').length,
    resets: notices.filter(({ notice }) => notice === 'reset').length,
    gaps: notices.filter(({ notice }) => notice === 'gap').length,
    degraded: notices.filter(({ notice }) => notice === 'degraded').length,
  };
}
