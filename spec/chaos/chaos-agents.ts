import { setTimeout as pause } from 'node:timers/promises';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { AnyAgent } from '../../src/engine/define-agent.ts';
import type { JsonObject } from '../../src/event/json.ts';
import type { RunContext } from '../../src/run/context.ts';
import type { HistoryFile } from './history.ts';
import { Chance } from './seeded-chance.ts';

/** What an agent of chaos is to do. */
export interface ChaosInput {
  readonly seed: number;
  /** How many marks it says, unless somebody stops it. */
  readonly marks: number;
  readonly fails: boolean;
}

/** Types of what is said without a mark, with secrets in it. */
export const UNMARKED = [
  ...['started', 'complete', 'error', 'token', 'step', 'status', 'checkpoint', 'observation', 'artifact'],
  ...['tool.called', 'tool.result', 'tool.failed'],
];

interface Parts {
  readonly history: HistoryFile;
  /** This life of this process. */
  readonly by: string;
  readonly canaries: readonly string[];
}

type Context = RunContext<ChaosInput>;

/** Agents that say numbered marks, and secrets between them; one of them can be gone on with by another process. */
export function chaosAgents(parts: Parts): AnyAgent[] {
  let writers = 0;
  // One name for each time that somebody sets to work: a process may get back a run that it had lost.
  const writer = (claims?: 'claimed', run = ''): Parts => {
    const by = `${parts.by}.${++writers}`;
    if (claims) parts.history.note({ kind: claims, run, by });
    return { ...parts, by };
  };
  const mortal = defineAgent<ChaosInput>({ name: 'mortal', run: ctx => speak(ctx, 0, writer()) });
  const lasting = defineAgent<ChaosInput>({
    name: 'lasting',
    run: ctx => speak(ctx, 0, writer(), true),
    resume: (ctx, checkpoint) =>
      speak(ctx, Number(checkpoint?.data ?? 0), writer('claimed', ctx.runId), true),
  });
  return [mortal, lasting];
}

async function speak(ctx: Context, from: number, parts: Parts, saves = false): Promise<string> {
  const { seed, marks, fails } = ctx.input;
  const chance = new Chance(seed + from);
  const { history, by, canaries } = parts;
  const run = ctx.runId;
  for (const type of UNMARKED) history.note({ kind: 'tried', run, by, type });
  for (let said = from; said < marks && !ctx.signal.aborted;) {
    const size = chance.next() < 0.2 ? chance.between(2, 12) : 1;
    const told = Array.from({ length: size }, () => sayMark(ctx, `${by}:${run}:${said++}`, parts));
    // The log may be lost before anybody waits for them.
    for (const mark of told) mark.catch(() => undefined);
    if (chance.next() < 0.2) await saySecret(ctx, chance.oneOf(canaries), chance);
    await Promise.all(told);
    if (saves && chance.next() < 0.2) await ctx.checkpoint('said', said);
    await pause(chance.between(5, 60));
  }
  if (fails) throw new Error(`no luck with ${chance.oneOf(canaries)}`);
  return `said all, with ${chance.oneOf(canaries)}`;
}

async function sayMark(ctx: Context, mark: string, { history, by }: Parts): Promise<void> {
  const run = ctx.runId;
  history.note({ kind: 'tried', run, by, type: 'custom:mark', mark });
  const outcome = await ctx.emit('custom:mark', { mark });
  if (outcome.outcome === 'stored') history.note({ kind: 'acked', run, by, mark, id: outcome.cursor });
}

async function saySecret(ctx: Context, canary: string, chance: Chance): Promise<void> {
  const pieces = chance.cut(canary, chance.between(1, 6));
  switch (chance.between(0, 4)) {
    case 0:
      for (const piece of pieces) ctx.token(piece, { messageId: 'm' });
      return;
    case 1:
      for (const piece of pieces) {
        sayPart(ctx, 'tool.called', { callId: 'c', tool: 'fetch', args: piece });
        // Whoever waits sees where the text is cut.
        await pause(1);
      }
      return;
    case 2:
      ctx.warn(`cannot use ${canary}`, { details: { [canary]: [canary] } });
      return;
    case 3:
      for (const content of pieces) sayPart(ctx, 'observation', { kind: 'stdout', content });
      return;
    default:
      await ctx
        .tool('open', { key: canary, text: Buffer.from(`key=${canary}`).toString('base64') }, () => {
          throw new Error(`${canary} was refused`);
        })
        .catch(() => undefined);
  }
}

/** A part of a text, in a type of event that has parts without its schema saying so. */
function sayPart(ctx: Context, type: string, data: JsonObject): void {
  void ctx.emit(type as 'custom:part', { ...data, partial: true });
}
