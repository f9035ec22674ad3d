import type { SluiceError } from '../../errors/sluice-error.ts';
import type { JsonObject } from '../../event/json.ts';
import type { Run } from '../run-handle.ts';
import type { Actions } from './actions.ts';
import { checkName } from './call-ids.ts';
import { EventMirror } from './event-mirror.ts';
import type { Inmate, Place } from './place.ts';

/** How a child run is started. Times are milliseconds; what is left out is as the engine has it. */
export interface ChildOptions<Input = unknown> {
  readonly input?: Input | undefined;
  /** Shows its events in the run that started it, too, below the step that did. Default: false. */
  readonly mirror?: boolean | undefined;
  /** The step that mirrored events stand under. Default: the name of the agent, or `child`. */
  readonly name?: string | undefined;
  /** Default: a UUID v7. */
  readonly id?: string | undefined;
  /** Default: that of the run that starts it. */
  readonly threadId?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly ttl?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly idle?: number | undefined;
}

/** Starts a run: the engine. */
export type StartRun = (
  agent: unknown,
  options: Omit<ChildOptions, 'mirror' | 'name'> & { readonly tenantId: string; readonly parentId: string },
) => Promise<Run>;

/** What is to be started, by whom. */
export interface ChildRequest {
  readonly startRun: StartRun;
  readonly agent: unknown;
  readonly options: ChildOptions;
}

/**
 * Starts a run that belongs to this one: same tenant, linked by `parentId`, cancelled when the step or run ends that
 * started it. Rejects like the engine's `start`, and where nothing can begin any more.
 */
export async function startChild(
  actions: Actions,
  around: Place,
  { startRun, agent, options }: ChildRequest,
): Promise<Run> {
  const { refusal } = actions.host.stopping;
  if (refusal) throw refusal;
  const { mirror = false, name = nameOf(agent), ...rest } = options;
  const { runId, tenantId, threadId } = actions.host.parts.identity;
  const child = new Child(around);
  try {
    const run = await startRun(agent, { threadId, ...rest, tenantId, parentId: runId });
    child.watch(run, mirror ? new EventMirror(actions, around, checkName('name', name)) : undefined);
    return run;
  } catch (error) {
    child.end();
    throw error;
  }
}

/** A run as something under way in the one that started it. */
class Child implements Inmate {
  #around: Place;
  #run: Run | undefined;
  #aborted: SluiceError | undefined;

  constructor(around: Place) {
    this.#around = around;
    around.adopt(this);
  }

  /** Throws what stopped it meanwhile. */
  watch(run: Run, mirror: EventMirror | undefined): void {
    this.#run = run;
    if (this.#aborted) {
      mirror?.close();
      void run.cancel(this.#aborted.message);
      throw this.#aborted;
    }
    const end = (): void => {
      mirror?.close();
      this.end();
    };
    if (mirror) run.subscribe({ next: item => mirror.next(item), error: end, complete: end });
    else void run.result.then(end, end);
  }

  end(): void {
    this.#around.release(this);
  }

  abort(error: SluiceError): void {
    this.#aborted = error;
    void this.#run?.cancel(error.message);
  }

  moveTo(place: Place): void {
    this.#around = place;
    place.adopt(this);
  }
}

function nameOf(agent: unknown): string {
  if (typeof agent === 'string') return agent;
  const { name } = Object(agent) as { readonly name?: unknown };
  return typeof agent === 'object' && typeof name === 'string' ? name : 'child';
}
