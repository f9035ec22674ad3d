import type { Json, JsonObject } from '../../event/json.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { Actions } from './actions.ts';
import { checkName } from './call-ids.ts';
import { checkLimits, type CallOptions } from './call-options.ts';
import { Call, type CallTypes, type CallWork, type Said } from './call.ts';
import type { Place } from './place.ts';
import { recordedResult } from './recorded-result.ts';

/** How a pipeline is run. */
export interface PipelineOptions extends CallOptions {
  /** How many waves and nodes it will have, if that is known. Default: 0. */
  readonly waves?: number | undefined;
  readonly nodes?: number | undefined;
}

const TYPES: CallTypes = {
  opening: 'pipeline.started',
  completed: 'pipeline.completed',
  failed: 'pipeline.failed',
};
const FRAME = 160;

/** Steps that belong together, from the first to the last. */
export class PipelineCall<Result> extends Call<Result> {
  readonly #name: string;
  readonly #waves: number;
  readonly #nodes: number;

  /** Throws `BAD_EVENT`, `BAD_OPTION`. */
  constructor(
    actions: Actions,
    around: Place,
    { name, options }: { readonly name: string; readonly options: PipelineOptions | undefined },
    work: CallWork<Result>,
  ) {
    const { path } = around;
    super(actions, { around, path, wave: undefined }, checkLimits('pipeline', options), work);
    this.#name = checkName('pipeline', name);
    this.#waves = checkCount('waves', options?.waves);
    this.#nodes = checkCount('nodes', options?.nodes);
    actions.steps++;
  }

  protected override get types(): CallTypes {
    return TYPES;
  }

  protected override get title(): string {
    return `pipeline ${JSON.stringify(this.#name)}`;
  }

  protected override opening(): Said {
    const data = { name: this.#name, waves: this.#waves, nodes: this.#nodes };
    return { data, size: this.#name.length + FRAME };
  }

  /** Only an object has results by name. */
  protected override completion(value: Result, durationMs: number): Said {
    const { result, size } = recordedResult(value, this.actions.eventBytes);
    const data = { name: this.#name, durationMs, ...(isObject(result) && { results: result }) };
    return { data, size: size + this.#name.length + FRAME };
  }

  protected override failure(error: JsonObject): JsonObject {
    return { name: this.#name, ...error };
  }

  protected override over(): void {
    this.actions.steps--;
  }
}

function isObject(result: Json | undefined): result is JsonObject {
  return typeof result === 'object' && result !== null && !Array.isArray(result);
}

function checkCount(what: string, count = 0): number {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new SluiceError('BAD_OPTION', `pipeline: ${what}: expected a count, got ${String(count)}.`);
}
