import { SluiceError } from '../errors/sluice-error.ts';
import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import type { CallOptions } from './actions/call-options.ts';
import { neededBy, planGraph } from './actions/plan-graph.ts';
import { checkWidth, sideBySide } from './actions/side-by-side.ts';
import type { RunContext } from './context.ts';

/** Nodes of a graph by their names. Each is given the context of its step and the results of those it needs. */
export type GraphNodes<Custom extends CustomEvents = AnyCustom> = Readonly<
  Record<string, (step: RunContext<unknown, Custom>, given: Readonly<Record<string, unknown>>) => unknown>
>;

/** Nodes of whatever events. */
type AnyNodes = Readonly<Record<string, (step: never, given: never) => unknown>>;

/** Which nodes each node needs; nodes that need none may be left out. */
export type GraphDependencies<Nodes> = { readonly [Name in keyof Nodes]?: readonly (keyof Nodes & string)[] };

/** How a graph is run. */
export interface GraphOptions {
  /** Names the pipeline in its events. Default: `graph`. */
  readonly name?: string | undefined;
  /** Nodes at work at the same time, at the most; 1, 2, 3 … or `Infinity`. Default: 8. */
  readonly concurrency?: number | undefined;
  /**
   * `stop`: the first failure ends the graph and what is at work with it, and is thrown. `continue`: only those that need
   * a failed node are skipped. Default: `stop`.
   */
  readonly onFailure?: 'stop' | 'continue' | undefined;
  /** Of each node. */
  readonly each?: CallOptions | undefined;
}

/** What a graph did. */
export interface GraphReport<Nodes extends AnyNodes> {
  /** What the nodes returned, by their names; those that failed or were skipped are missing. */
  readonly results: { readonly [Name in keyof Nodes]?: Awaited<ReturnType<Nodes[Name]>> };
  /** What was thrown, by the names of the nodes. Empty with `stop`. */
  readonly failed: Readonly<Record<string, unknown>>;
  /** Nodes that were left out since they needed one that failed. Empty with `stop`. */
  readonly skipped: readonly string[];
}

/**
 * Runs nodes in waves, each as early as what it needs allows, as one pipeline with its events; each node is a
 * `ctx.node`, so that policies guard it. The nodes of a wave run side by side, and the next wave begins when all of them
 * are done. Resolves when the last one is. Rejects like `ctx.node`, and with `BAD_OPTION` before anything runs: for
 * names that do not exist or are named twice, circles, nodes that are no functions, options out of range. Memory: the results.
 */
export async function runGraph<Nodes extends GraphNodes<Custom>, Custom extends CustomEvents = AnyCustom>(
  ctx: RunContext<unknown, Custom>,
  nodes: Nodes,
  dependencies: GraphDependencies<Nodes> = {},
  options: GraphOptions = {},
): Promise<GraphReport<Nodes>> {
  const names = Object.keys(nodes);
  for (const name of names) {
    const got = typeof nodes[name];
    if (got === 'function') continue;
    const message = `graph: ${JSON.stringify(name.slice(0, 64))}: expected a function, got ${got}.`;
    throw new SluiceError('BAD_OPTION', message);
  }
  const waves = planGraph(names, dependencies);
  const graph = new Graph<Custom>(nodes, dependencies, options);
  const { name = 'graph' } = options;
  const counts = { waves: waves.length, nodes: names.length };
  await ctx.pipeline(name, pipeline => graph.run(pipeline, waves), { ...counts, attempts: 1 });
  return graph.report as GraphReport<Nodes>;
}

/** One run of a graph. */
class Graph<Custom extends CustomEvents> {
  readonly #nodes: GraphNodes<Custom>;
  readonly #dependencies: GraphDependencies<GraphNodes>;
  readonly #concurrency: number;
  readonly #stops: boolean;
  readonly #each: CallOptions;
  readonly #results = new Map<string, unknown>();
  readonly #failed = new Map<string, unknown>();
  readonly #skipped: string[] = [];

  constructor(
    nodes: GraphNodes<Custom>,
    dependencies: GraphDependencies<GraphNodes>,
    { concurrency = 8, onFailure = 'stop', each = {} }: GraphOptions,
  ) {
    if (onFailure !== 'stop' && onFailure !== 'continue') {
      throw new SluiceError('BAD_OPTION', 'graph: onFailure: expected "stop" or "continue".');
    }
    this.#nodes = nodes;
    this.#dependencies = dependencies;
    this.#concurrency = checkWidth(concurrency);
    this.#stops = onFailure === 'stop';
    this.#each = each;
  }

  get report(): GraphReport<AnyNodes> {
    return {
      results: Object.fromEntries(this.#results),
      failed: Object.fromEntries(this.#failed),
      skipped: this.#skipped,
    };
  }

  /** Resolves with what is recorded of the pipeline. */
  async run(pipeline: RunContext<unknown, Custom>, waves: readonly (readonly string[])[]): Promise<unknown> {
    for (const [index, names] of waves.entries()) {
      const ready = names.filter(name => this.#isReady(name));
      for (const name of names) if (!ready.includes(name)) this.#skip(pipeline, name);
      if (ready.length === 0) continue;
      await pipeline.wave(index, ready, wave =>
        sideBySide(ready, this.#concurrency, name => this.#runNode(wave, name)),
      );
    }
    return Object.fromEntries(this.#results);
  }

  #isReady(name: string): boolean {
    return neededBy(name, this.#dependencies).every(needed => this.#results.has(needed));
  }

  async #runNode(wave: RunContext<unknown, Custom>, name: string): Promise<void> {
    const dependencies = neededBy(name, this.#dependencies);
    const given = Object.fromEntries(dependencies.map(needed => [needed, this.#results.get(needed)]));
    try {
      const work = (step: RunContext<unknown, Custom>): unknown => this.#nodes[name]!(step, given);
      this.#results.set(name, await wave.node(name, work, { ...this.#each, dependencies }));
    } catch (error) {
      // Where the wave itself is stopped, nothing is left to go on with.
      if (this.#stops || wave.signal.aborted) throw error;
      this.#failed.set(name, error);
    }
  }

  #skip(pipeline: RunContext<unknown, Custom>, name: string): void {
    this.#skipped.push(name);
    const { path } = pipeline;
    const node = path === undefined ? name : `${path}/${name}`;
    void (pipeline as RunContext).emit('node.skipped', { name }, { node });
  }
}
