import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosStage } from './chaos-stage.ts';
import { monotonicTime } from './history.ts';
import type { InstanceReport } from './instance-process.ts';

/**
 * Kinds of keys that are about instances, and the news: they expire by themselves. An instance from which another one
 * took runs is listed with them until it ends.
 */
const LASTING = ['news', 'instances', 'inbox', 'lease', 'owned'];
/** Handles of one kind that come and go: alarms, a connection that is made anew. */
const SPARE = 3;
/** Milliseconds: a minute, and what sweeps and a busy machine take. */
const LONGEST = 90_000;

/** What instances hold that nobody uses. */
export async function baseLine(stage: ChaosStage): Promise<InstanceReport[]> {
  return Promise.all(stage.instances.map(instance => instance.report()));
}

/**
 * What is left once every run was erased: keys, keys that live for ever, channels, connections, handles, runs; nothing
 * if all is as it was before. Waits until it is so, for as long as Sluice says that it may take: what leads to a run that
 * Redis lost goes a minute after a list came upon it, at the next sweep.
 */
export async function leftovers(stage: ChaosStage, before: readonly InstanceReport[]): Promise<string[]> {
  const deadline = monotonicTime() + LONGEST;
  for (;;) {
    const left = [...(await leftInRedis(stage)), ...(await leftInInstances(stage, before))];
    if (left.length === 0 || monotonicTime() > deadline) return left;
    await pause(500);
  }
}

async function leftInRedis({ probe }: ChaosStage): Promise<string[]> {
  const keys = await probe.keys('*');
  const isLasting = await Promise.all(
    keys.map(async key => LASTING.includes(kindOf(key)) || isWaiting(key, probe)),
  );
  const lives = await Promise.all(keys.map(key => probe.pttl(key)));
  const channels = (await probe.call('PUBSUB', 'CHANNELS')) as string[];
  const left = keys.filter((_, at) => !isLasting[at]);
  return [
    ...(await Promise.all(left.map(async key => `key ${key}${await membersOf(key, probe)}`))),
    ...keys.filter((_, at) => lives[at] === -1).map(key => `key without a time to live ${key}`),
    ...channels.filter(channel => !/:(news|echo:.*)$/.test(channel)).map(channel => `channel ${channel}`),
  ];
}

/**
 * An idempotency key that was reserved for a run which never came, or which a loss of power took: whoever repeats the
 * call takes it over, and it expires by itself.
 */
async function isWaiting(key: string, probe: ChaosStage['probe']): Promise<boolean> {
  return kindOf(key) === 'key' && (await probe.hget(key, 's')) === 'p';
}

/** Of a list of runs: which. */
async function membersOf(key: string, probe: ChaosStage['probe']): Promise<string> {
  if ((await probe.type(key)) !== 'zset') return '';
  return `: ${(await probe.zrange(key, '0', '9')).join(' ')}`;
}

function kindOf(key: string): string {
  return key.split(':')[1]!;
}

async function leftInInstances(stage: ChaosStage, before: readonly InstanceReport[]): Promise<string[]> {
  const reports = await baseLine(stage);
  return reports.flatMap(({ handles, liveRuns, streams }, at) => [
    ...Object.entries(handles)
      .filter(([kind, count]) => count > (before[at]!.handles[kind] ?? 0) + SPARE)
      .map(([kind, count]) => `${count} handles ${kind}, ${before[at]!.handles[kind] ?? 0} before`),
    ...(liveRuns > 0 ? [`${liveRuns} live runs`] : []),
    ...(streams > 0 ? [`${streams} open streams`] : []),
  ]);
}
