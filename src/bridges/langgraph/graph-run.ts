import { SluiceError } from '../../errors/sluice-error.ts';
import type { Checkpoint } from '../../engine/define-agent.ts';
import type { RunContext } from '../../run/context.ts';
import { Narrator } from '../narrator.ts';
import { withLedger } from '../tool-ledger.ts';
import { GraphReader, type GraphInterrupt } from './graph-reader.ts';
import { answersTo, type QuestionOf } from './interrupts.ts';
import { loadLangGraph } from './load-langgraph.ts';
import { streamModesOf } from './mode-table.ts';

/** The checkpoint of a run that says where its thread was before it. */
const MARK = 'langgraph';

/** What is given to a graph besides its input. */
export interface GraphConfig {
  readonly configurable?: Readonly<Record<string, unknown>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly [option: string]: unknown;
}

/** A graph that was compiled, as far as it is used; every version of LangGraph JS since 1.0 fits. */
export interface CompiledGraph {
  readonly checkpointer?: unknown;
  stream(input: never, config: never): Promise<AsyncIterable<unknown>> | AsyncIterable<unknown>;
  getState?(config: never): Promise<unknown>;
}

/** How a graph is run. */
export interface GraphRunOptions {
  /** Options of LangGraph: `context`, `recursionLimit`, `callbacks`, `configurable` … */
  readonly config?: GraphConfig | undefined;
  /** Stream modes that are wanted besides those of the run's `record`. */
  readonly modes?: readonly string[] | undefined;
  /** What runs inside of subgraphs is told, too. Default: true. */
  readonly subgraphs?: boolean | undefined;
  /** Tells the state of the graph after every step, as a `checkpoint` named `state`. Default: false. */
  readonly state?: boolean | undefined;
  /** Turns an interrupt into a question. Default: its text. */
  readonly ask?: QuestionOf | undefined;
}

/**
 * Runs a graph inside of a run and tells what it does, until it is done; resolves with its last state. What it stops for
 * is asked (`ctx.ask`), and the answers go on with it. It stops with the run. Rejects with what the graph threw;
 * `RUN_CANCELLED`, `ASK_TIMEOUT`; `MISSING_PEER` where it asks and LangGraph cannot be loaded.
 */
export async function runGraph<State = unknown>(
  ctx: RunContext<never> | RunContext,
  graph: CompiledGraph,
  input: unknown,
  options: GraphRunOptions = {},
): Promise<State> {
  return withLedger(ctx, async ledger => {
    const reader = new GraphReader({
      state: options.state,
      isTold: (tool, callId) => ledger.has(tool, callId),
    });
    const narrator = new Narrator(ctx);
    const config = {
      ...graphConfig(ctx, options.config),
      streamMode: streamModesOf(ctx.record, options.modes),
      subgraphs: options.subgraphs ?? true,
    };
    let next = input;
    for (;;) {
      await pump(graph, { next, config }, { reader, narrator });
      const interrupts = reader.takeInterrupts();
      if (interrupts.length === 0) return reader.state as State;
      next = await goOn(ctx, interrupts, options.ask);
    }
  });
}

async function pump(
  graph: CompiledGraph,
  { next, config }: { readonly next: unknown; readonly config: GraphConfig },
  { reader, narrator }: { readonly reader: GraphReader; readonly narrator: Narrator },
): Promise<void> {
  try {
    for await (const part of await graph.stream(next as never, config as never)) {
      await narrator.say(reader.read(part));
    }
  } catch (thrown) {
    await narrator.say(reader.fail(thrown));
    throw thrown;
  }
}

async function goOn(
  ctx: RunContext<never> | RunContext,
  interrupts: readonly GraphInterrupt[],
  ask: QuestionOf | undefined,
): Promise<unknown> {
  // Before anybody is asked: an answer that nothing can be done with would be lost.
  const { Command } = await loadLangGraph();
  return new Command({ resume: await answersTo(ctx, interrupts, ask) });
}

/**
 * The options of a graph in this run: it stops with the run, and what it saves is kept for the run's thread. The thread
 * is of one tenant; without one it is the run's own.
 */
export function graphConfig(ctx: RunContext<never> | RunContext, given: GraphConfig = {}): GraphConfig {
  const thread = `${ctx.tenantId}/${ctx.threadId ?? ctx.runId}`;
  return {
    ...given,
    configurable: { thread_id: thread, ...given.configurable },
    signal: given.signal ? AbortSignal.any([given.signal, ctx.signal]) : ctx.signal,
  };
}

/** What LangGraph's `getState` says, as far as it is read. */
interface Snapshot {
  readonly values?: unknown;
  readonly next?: readonly unknown[];
  readonly config?: { readonly configurable?: { readonly checkpoint_id?: unknown } };
  readonly tasks?: readonly {
    readonly interrupts?: readonly { readonly id?: string; readonly value?: unknown }[];
  }[];
}

/**
 * Saves where the thread of a graph is before a run, if it was in use: nothing tells the checkpoints of LangGraph by the
 * runs that made them. To be called before {@link runGraph} where {@link resumeGraph} is to follow a restart.
 */
export async function markThread(
  ctx: RunContext<never> | RunContext,
  graph: CompiledGraph,
  config?: GraphConfig,
): Promise<void> {
  const before = checkpointOf(await snapshotOf(ctx, graph, config));
  if (before !== undefined) await ctx.checkpoint(MARK, { before });
}

/**
 * Goes on with a graph from what its checkpointer saved of this run: with the open questions, which are asked again, or
 * with the step that was interrupted. Otherwise like {@link runGraph}. Rejects with `OWNER_LOST` where nothing was
 * saved of this run, since to begin anew would do again what was done.
 */
export async function resumeGraph<State = unknown>(
  ctx: RunContext<never> | RunContext,
  graph: CompiledGraph,
  checkpoint: Checkpoint | undefined,
  options: GraphRunOptions = {},
): Promise<State> {
  const snapshot = await snapshotOf(ctx, graph, options.config);
  if (!snapshot || !isOwn(ctx, checkpointOf(snapshot), checkpoint)) {
    throw new SluiceError(
      'OWNER_LOST',
      `run ${ctx.runId}: expected a checkpoint of its graph, which its process did not leave. Compile the graph with a checkpointer that outlives the process, and let the run record checkpoints.`,
      { runId: ctx.runId },
    );
  }
  const { next = [], tasks = [], values } = snapshot;
  if (next.length === 0) return values as State;
  const open = tasks.flatMap(({ interrupts = [] }) => interrupts.map(({ id, value }) => ({ id, value })));
  const input = open.length === 0 ? null : await goOn(ctx, open, options.ask);
  return runGraph<State>(ctx, graph, input, options);
}

/** Whether a checkpoint of the thread was made by this run. */
function isOwn(
  ctx: RunContext<never> | RunContext,
  newest: string | undefined,
  saved: Checkpoint | undefined,
): boolean {
  if (newest === undefined) return false;
  // What would tell may have been left out, and the thread may be a conversation with other runs.
  if (ctx.threadId !== undefined && !ctx.record.passes('checkpoint')) return false;
  return saved?.name !== MARK || (saved.data as { before?: unknown } | null)?.before !== newest;
}

async function snapshotOf(
  ctx: RunContext<never> | RunContext,
  graph: CompiledGraph,
  config: GraphConfig | undefined,
): Promise<Snapshot | undefined> {
  return (await graph.getState?.(graphConfig(ctx, config) as never)) as Snapshot | undefined;
}

function checkpointOf(snapshot: Snapshot | undefined): string | undefined {
  const id = snapshot?.config?.configurable?.checkpoint_id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}
