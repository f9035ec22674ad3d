import type { JsonObject } from '../../event/json.ts';
import type { Actions } from './actions.ts';
import { checkName } from './call-ids.ts';
import { checkLimits, type CallOptions } from './call-options.ts';
import { Call, type CallTypes, type CallWork, type Said } from './call.ts';
import type { Place } from './place.ts';
import { recordedResult } from './recorded-result.ts';

/** How a node is run. */
export interface NodeOptions extends CallOptions {
  /** Names of nodes whose results it uses; told in `node.started`. */
  readonly dependencies?: readonly string[] | undefined;
}

const TYPES: CallTypes = { opening: 'node.started', completed: 'node.completed', failed: 'node.failed' };
const FRAME = 192;

/** A step of the agent at work; what is done inside has its path. */
export class NodeCall<Result> extends Call<Result> {
  readonly #name: string;
  readonly #dependencies: readonly string[] | undefined;
  readonly #freePath: () => void;

  /** Throws `BAD_EVENT`, `BAD_OPTION`. */
  constructor(
    actions: Actions,
    around: Place,
    { name, options }: { readonly name: string; readonly options: NodeOptions | undefined },
    work: CallWork<Result>,
  ) {
    const limits = checkLimits('node', options);
    const { path, free } = actions.paths.take(around.path, checkName('node', name));
    const wave = around.isWave ? around.wave : undefined;
    super(actions, { around, path, wave }, limits, work);
    this.#name = name;
    this.#dependencies = options?.dependencies && Object.freeze(options.dependencies.map(String));
    this.#freePath = free;
    actions.steps++;
  }

  protected override get types(): CallTypes {
    return TYPES;
  }

  protected override get title(): string {
    return `node ${JSON.stringify(this.path)}`;
  }

  protected override opening(): Said {
    const { wave, number: attempt } = this;
    const data = {
      name: this.#name,
      ...(wave !== undefined && { wave }),
      ...(this.#dependencies && { dependencies: this.#dependencies }),
      attempt,
    };
    const listed = this.#dependencies?.reduce((sum, { length }) => sum + length + 3, 0) ?? 0;
    return { data, size: this.#name.length + listed + FRAME };
  }

  protected override completion(value: Result, durationMs: number): Said {
    const { result, size } = recordedResult(value, this.actions.eventBytes);
    const data = { name: this.#name, ...(result !== undefined && { result }), durationMs };
    return { data, size: size + this.#name.length + FRAME };
  }

  protected override failure(error: JsonObject, willRetry: boolean): JsonObject {
    return { name: this.#name, ...error, attempt: this.number, willRetry };
  }

  protected override skipped(value: unknown): Said {
    const { result, size } = recordedResult(value, this.actions.eventBytes);
    const data = { name: this.#name, ...(result !== undefined && { value: result }) };
    return { data, size: size + this.#name.length + FRAME };
  }

  protected override over(): void {
    this.#freePath();
    this.actions.steps--;
  }
}
