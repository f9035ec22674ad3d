import type * as z from 'zod';
import type { Agent, Checkpoint } from '../../engine/define-agent.ts';
import type { RunContext } from '../../run/context.ts';
import { plainJson } from '../plain-json.ts';
import {
  markThread,
  resumeGraph,
  runGraph,
  type CompiledGraph,
  type GraphConfig,
  type GraphRunOptions,
} from './graph-run.ts';

/** A graph as an agent. */
export interface LangGraphAgentOptions<Input, Output, State> extends Omit<GraphRunOptions, 'config'> {
  /** How it is started by name: a letter, then letters, digits, `_`, `.` or `-`; at most 64. */
  readonly name: string;
  readonly description?: string | undefined;
  /** What `compile()` gave. With a checkpointer its nodes may ask people, and it goes on after a restart. */
  readonly graph: CompiledGraph;
  /** Input that does not match is refused with `BAD_INPUT`. */
  readonly input?: z.ZodType<Input> | undefined;
  /** What the graph is given, made of the run's input. Default: the input as it is. */
  readonly toInput?: ((input: Input, ctx: RunContext<Input>) => unknown) | undefined;
  /** The run's output, made of the graph's last state. Default: the state as plain JSON. */
  readonly toOutput?: ((state: State) => Output | Promise<Output>) | undefined;
  /** Options of LangGraph, or a function that makes them for a run. It is called again after a restart. */
  readonly config?: GraphConfig | ((ctx: RunContext<Input>) => GraphConfig) | undefined;
}

/**
 * A compiled graph of LangGraph as an agent for `createEngine({ agents })` or `engine.start`. What the run's `record`
 * keeps decides which stream modes the graph is asked for. An interrupt is a question of the run; a cancel aborts the
 * graph; what it throws ends the run as `error`. Where its checkpointer outlives the process, the run goes on after a
 * restart: each step that was saved is not done again, and open questions are asked anew.
 */
export function langGraphAgent<Input = unknown, Output = unknown, State = unknown>({
  name,
  description,
  graph,
  input,
  toInput,
  toOutput,
  config,
  ...options
}: LangGraphAgentOptions<Input, Output, State>): Agent<Input, Output> {
  const optionsIn = (ctx: RunContext<Input>): GraphRunOptions => ({
    ...options,
    config: typeof config === 'function' ? config(ctx) : config,
  });
  const outputOf = async (state: State): Promise<Output> =>
    toOutput ? await toOutput(state) : (plainJson(state) as Output);
  const goesOn = canGoOn(graph);
  return {
    ...{ name, description, framework: 'langgraph', input },
    run: async (ctx, given) => {
      const any = ctx as never;
      const how = optionsIn(ctx);
      const first = toInput ? toInput(given, ctx) : given;
      if (goesOn) await markThread(any, graph, how.config);
      return outputOf(await runGraph<State>(any, graph, first, how));
    },
    ...(goesOn && {
      resume: async (ctx: RunContext<Input>, checkpoint: Checkpoint | undefined) =>
        outputOf(await resumeGraph<State>(ctx as never, graph, checkpoint, optionsIn(ctx))),
    }),
  };
}

/** `compile({ checkpointer: true })` takes that of the graph around it. */
function canGoOn(graph: CompiledGraph): boolean {
  const { checkpointer } = graph;
  return typeof checkpointer === 'object' && checkpointer !== null && 'getState' in graph;
}
