import type { CustomEvents, AnyCustom, RunStatus } from '../event/run-event.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { EventFilter } from '../event/filter.ts';
import type { JsonObject } from '../event/json.ts';
import type { Outcome, Proposal } from '../event/proposal.ts';
import type { Actions } from './actions/actions.ts';
import type { Attempt } from './actions/attempt.ts';
import type { Call } from './actions/call.ts';
import { startChild, type ChildOptions, type StartRun } from './actions/child-run.ts';
import { refused, stepEnded } from './actions/failures.ts';
import { LlmCall, type LlmOptions, type LlmRequest } from './actions/llm-call.ts';
import { NodeCall, type NodeOptions } from './actions/node-call.ts';
import { PipelineCall, type PipelineOptions } from './actions/pipeline-call.ts';
import type { Place } from './actions/place.ts';
import { ToolCall, type NamedCallOptions } from './actions/tool-call.ts';
import { sideBySide } from './actions/side-by-side.ts';
import { WaveCall } from './actions/wave-call.ts';
import type { AskOptions } from './asks.ts';
import { contextStorage } from './context-storage.ts';
import { Emitter, type EmitterRules } from './emitter.ts';
import type { Run } from './run-handle.ts';
import type { RunActor } from './run.ts';

/** What a context needs from its engine. */
export interface ContextRules extends EmitterRules {
  readonly startRun?: StartRun | undefined;
}

/** An agent as a run starts it. */
export interface ChildAgent<Input, Output, Custom extends CustomEvents> {
  readonly name: string;
  readonly run: (ctx: RunContext<Input, Custom>, input: Input) => Output | Promise<Output>;
}

/** One attempt of a call, whose work is given a context of its own. */
interface Step {
  readonly attempt: Attempt;
  /** Of whoever made the call. */
  readonly outer: RunContext<unknown, never>;
}

/** What the work of a call is given: the context of its step. */
type StepContext<Custom extends CustomEvents> = RunContext<unknown, Custom>;

/** Work of a call: what it returns or resolves with is what the call resolves with. */
type Work<Args extends readonly unknown[], Result, Custom extends CustomEvents> = (
  ...args: [...Args, step: StepContext<Custom>]
) => Result | PromiseLike<Result>;

/** Nodes of a wave by their names. */
export type WaveNodes<Custom extends CustomEvents = AnyCustom> = Readonly<
  Record<string, (step: StepContext<Custom>) => unknown>
>;

/** What the nodes of a wave returned, by their names. */
export type WaveResults<Nodes extends Readonly<Record<string, (step: never) => unknown>>> = {
  -readonly [Name in keyof Nodes]: Awaited<ReturnType<Nodes[Name]>>;
};

/** How a wave is run. */
export interface WaveOptions {
  /** Default: how many waves there were before it in the same step. */
  readonly index?: number | undefined;
  /** Nodes at work at the same time, at the most. Default: all. */
  readonly concurrency?: number | undefined;
}

/**
 * What the code of an agent sees of its run. The work of a call is given one of its own: what it says has the path of
 * the step, and its signal fires when that is to stop. What is said with the context of a step outside lands in the
 * innermost step around the code all the same.
 */
export class RunContext<Input = unknown, Custom extends CustomEvents = AnyCustom> extends Emitter<Custom> {
  readonly #run: RunActor;
  readonly #rules: ContextRules;
  readonly #step: Step | undefined;
  /** As the caller of `start` gave it, and the agent's schema made it. */
  readonly input: Input;

  constructor(run: RunActor, input: Input, rules: ContextRules, step?: Step) {
    super(rules);
    this.#run = run;
    this.#rules = rules;
    this.#step = step;
    this.input = input;
  }

  get runId(): string {
    return this.#run.parts.identity.runId;
  }

  get tenantId(): string {
    return this.#run.parts.identity.tenantId;
  }

  /** The conversation this run belongs to. */
  get threadId(): string | undefined {
    return this.#run.parts.identity.threadId;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#run.parts.identity.labels;
  }

  get metadata(): JsonObject | undefined {
    return this.#run.parts.identity.metadata;
  }

  /** What the run keeps at all, as its `record` said: what is left out need not be made. */
  get record(): EventFilter {
    return this.#run.parts.settings.record;
  }

  /** Which attempt of its call this is, 1 for the first; 1 for the run itself. */
  get attempt(): number {
    return this.#step?.attempt.number ?? 1;
  }

  /** Slash path of the steps around the code that asks; `undefined` outside of nodes. */
  override get path(): string | undefined {
    return this.#here().#ownPath;
  }

  /**
   * Fires when this is to stop. Of a run: cancelled, too long, too silent. Of a step, too: at its timeout, when it
   * failed, and when what is around it stops; not any more once it succeeded. Pass it to whatever takes one.
   */
  get signal(): AbortSignal {
    if (!this.#step) return this.#run.stopping.signal;
    const { attempt, outer } = this.#step;
    return attempt.state === 'succeeded' ? outer.signal : attempt.signal;
  }

  /** Resolves when everything said so far is stored. What redaction holds back does not count. */
  drained(): Promise<void> {
    return this.#run.pipe.drained();
  }

  /**
   * Asks a person, and waits. The run's status is `waiting` meanwhile and its `maxDuration` stands still. Rejects
   * with `ASK_TIMEOUT` if nobody answers in time and there is no default, with `RUN_CANCELLED` if the run stops.
   */
  ask<Value = unknown>(question: string, options: AskOptions<Value> = {}): Promise<Value> {
    return this.#run.work.ask(question, options);
  }

  /**
   * Runs a step: policies are asked first, `node.started` and one ending are recorded, and what is done inside has the
   * path of the step. Resolves with what `work` returns, or what a policy puts in its place. Rejects with what `work`
   * threw; `VETOED`, `POLICY_ERROR`, `RETRY_LIMIT`; `CALL_TIMEOUT`; `RUN_CANCELLED`, `STEP_ENDED`, `RUN_ENDED` where
   * there is nothing left to be part of; `BAD_EVENT`, `BAD_OPTION`, `EVENT_TOO_LARGE`, `MAILBOX_FULL`. A rejection that
   * nobody awaits is silent. Memory: what is open.
   */
  node<Result>(name: string, work: Work<[], Result, Custom>, options?: NodeOptions): Promise<Result> {
    return this.#begin(
      work,
      (actions, around, here) =>
        new NodeCall(actions, around, { name, options }, attempt =>
          here.#within(attempt, step => work(step)),
        ),
    );
  }

  /** Calls a tool: `tool.called`, then `tool.completed` or `tool.failed`. Otherwise like {@link node}. */
  tool<Args, Result>(
    name: string,
    args: Args,
    work: Work<[args: Args], Result, Custom>,
    options?: NamedCallOptions,
  ): Promise<Result> {
    return this.#begin(
      work,
      (actions, around, here) =>
        new ToolCall<Result>(actions, around, { tool: name, args, options }, call =>
          work(args, here.#stepOf(call)),
        ),
    );
  }

  /** Asks a model: `llm.prompt`, then `llm.response` or `llm.failed`. Otherwise like {@link node}. */
  llm<Result, Request extends LlmRequest = LlmRequest>(
    request: Request,
    work: Work<[request: Request], Result, Custom>,
    options?: LlmOptions<Result>,
  ): Promise<Result> {
    return this.#begin(
      work,
      (actions, around, here) =>
        new LlmCall<Result>(actions, around, { request, options }, attempt =>
          work(request, here.#stepOf(attempt)),
        ),
    );
  }

  /** Steps that belong together: `pipeline.started`, then `pipeline.completed` or `.failed`. Otherwise like {@link node}. */
  pipeline<Result>(name: string, work: Work<[], Result, Custom>, options?: PipelineOptions): Promise<Result> {
    return this.#begin(
      work,
      (actions, around, here) =>
        new PipelineCall(actions, around, { name, options }, attempt =>
          here.#within(attempt, step => work(step)),
        ),
    );
  }

  /**
   * Runs nodes side by side: `wave.started`, the events of each node, then `wave.completed`, or `wave.failed` if one
   * failed, which stops the others. Resolves with their results by name. No policy is asked about a wave. Otherwise
   * like {@link node}.
   */
  wave<Nodes extends WaveNodes<Custom>>(nodes: Nodes, options?: WaveOptions): Promise<WaveResults<Nodes>>;
  /** The same for nodes that `work` runs itself: `index` and `names` are what the events say. */
  wave<Result>(index: number, names: readonly string[], work: Work<[], Result, Custom>): Promise<Result>;
  wave(
    first: number | WaveNodes<Custom>,
    second: readonly string[] | WaveOptions = {},
    third?: Work<[], unknown, Custom>,
  ): Promise<unknown> {
    const wave =
      typeof first === 'number'
        ? { index: first, names: second as readonly string[], work: third! }
        : waveOf(first, second as WaveOptions);
    const { index, names: nodes, work } = wave;
    return this.#begin(work, (actions, around, here) => {
      const at = { index: index ?? around.nextWave(), nodes };
      return new WaveCall(actions, around, at, attempt => here.#within(attempt, step => work(step)));
    });
  }

  /**
   * Starts a run that belongs to this one: same tenant, `parentId` names this run, and it is cancelled when the step or
   * run ends that started it, unless it has ended. Resolves when it is admitted; its failure is told by its `result` alone.
   * With `mirror` its events are said in this run, too, without those of its own life. Rejects like `engine.start`, and
   * with `RUN_CANCELLED`, `RUN_ENDED`, `STEP_ENDED` where nothing can begin any more.
   */
  start<ChildInput = unknown, Output = unknown, ChildCustom extends CustomEvents = AnyCustom>(
    agent: ChildAgent<ChildInput, Output, ChildCustom> | string,
    options?: ChildOptions<NoInfer<ChildInput>>,
  ): Promise<Run<Output, ChildCustom>>;
  /** The same for an agent that is nothing but its work. */
  start<ChildInput = unknown, Output = unknown>(
    work: (ctx: RunContext<ChildInput>) => Output | Promise<Output>,
    options?: ChildOptions<ChildInput>,
  ): Promise<Run<Output>>;
  async start(agent: unknown, options: ChildOptions = {}): Promise<unknown> {
    const { startRun } = this.#rules;
    if (!startRun) throw new SluiceError('BAD_OPTION', 'start: this run belongs to no engine.');
    const around = this.#here().#place();
    return startChild(this.#run.work.actions, around, { startRun, agent, options });
  }

  protected override get status(): RunStatus {
    return this.#run.status;
  }

  protected override propose(proposal: Proposal): void {
    this.#run.pipe.put(proposal);
  }

  protected override proposeAndWait(proposal: Proposal): Promise<Outcome> {
    return awaited(proposal, told => this.#run.pipe.put(told));
  }

  get #ownPath(): string | undefined {
    return this.#step?.attempt.path;
  }

  /** Makes a call where the code is that asks for it, and begins. What is wrong with it is a rejection. */
  #begin<Result>(
    work: unknown,
    make: (actions: Actions, around: Place, here: RunContext<Input, Custom>) => Call<Result>,
  ): Promise<Result> {
    try {
      if (typeof work !== 'function') {
        throw new SluiceError(
          'BAD_OPTION',
          `work: expected a function, got ${typeof work}. Pass what is to be done.`,
        );
      }
      const here = this.#here();
      return make(this.#run.work.actions, here.#place(), here).start();
    } catch (error) {
      return refused(error as Error);
    }
  }

  #here(): RunContext<Input, Custom> {
    return this.#run.work.hasSteps ? this.#innermost() : this;
  }

  /** The context of the step that the code runs in, if that is inside of this one. */
  #innermost(): RunContext<Input, Custom> {
    const current = contextStorage.getStore();
    if (current === undefined || current === this || !(#run in current)) return this;
    for (let context = current as RunContext<unknown, never>; context.#step; context = context.#step.outer) {
      if (context.#step.outer === (this as unknown)) return current;
    }
    return this;
  }

  /** Where a call stands that is made with this. Throws `STEP_ENDED`. */
  #place(): Place {
    if (!this.#step) return this.#run.work.actions;
    const { attempt, outer } = this.#step;
    if (attempt.state === 'open') return attempt;
    if (attempt.state === 'succeeded') return outer.#place();
    throw stepEnded(this.runId, 'the step');
  }

  #stepOf(attempt: Attempt): StepContext<Custom> {
    const step = { attempt, outer: this as unknown as RunContext<unknown, never> };
    return new RunContext<unknown, Custom>(this.#run, this.input, this.#rules, step);
  }

  /** Calls the work of a step so that all it starts is inside of the step. */
  #within<Result>(attempt: Attempt, work: (step: StepContext<Custom>) => Result): Result {
    const step = this.#stepOf(attempt);
    return contextStorage.run(step, work, step);
  }
}

function waveOf<Custom extends CustomEvents>(nodes: WaveNodes<Custom>, { index, concurrency }: WaveOptions) {
  const names = Object.keys(nodes);
  const work = async (step: RunContext<unknown, Custom>): Promise<unknown> => {
    const results = await sideBySide(names, concurrency, name => step.node(name, nodes[name]!));
    return Object.fromEntries(names.map((name, at) => [name, results[at]]));
  };
  return { index, names, work };
}

/** Hands a proposal over with a receipt, and tells what became of it. A rejection nobody awaits is silent. */
export function awaited(proposal: Proposal, propose: (proposal: Proposal) => void): Promise<Outcome> {
  let receipt!: NonNullable<Proposal['receipt']>;
  const outcome = new Promise<Outcome>((settle, fail) => (receipt = { settle, fail }));
  outcome.catch(() => undefined);
  propose({ ...proposal, receipt });
  return outcome;
}
