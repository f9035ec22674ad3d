import type { Json, JsonObject } from '../../event/json.ts';
import type { Actions } from './actions.ts';
import { attemptId, callIdOf, checkName } from './call-ids.ts';
import { checkLimits, type CallOptions } from './call-options.ts';
import { Call, type CallTypes, type CallWork, type Said } from './call.ts';
import { checkedIntake } from './checked-intake.ts';
import type { Place } from './place.ts';
import { recordedResult } from './recorded-result.ts';

/** How a tool or a model is called. */
export interface NamedCallOptions extends CallOptions {
  /** The id of the call in its events, unique in the run; later attempts add `/2`, `/3` … Default: a new one. */
  readonly callId?: string | undefined;
}

const TYPES: CallTypes = { opening: 'tool.called', completed: 'tool.completed', failed: 'tool.failed' };
/** What stands around the longest parts, in characters. */
const FRAME = 160;

/** A tool at work. */
export class ToolCall<Result> extends Call<Result> {
  readonly #tool: string;
  readonly #args: Json;
  readonly #size: number;
  readonly #callId: string;

  /** Throws `BAD_EVENT`, `BAD_OPTION`, `EVENT_TOO_LARGE`. */
  constructor(
    actions: Actions,
    around: Place,
    {
      tool,
      args,
      options,
    }: { readonly tool: string; readonly args: unknown; readonly options: NamedCallOptions | undefined },
    work: CallWork<Result>,
  ) {
    const { path, wave } = around;
    super(actions, { around, path, wave }, checkLimits('tool', options), work);
    const taken = checkedIntake(args === undefined ? null : args, 'tool: args', actions.eventBytes);
    this.#tool = checkName('tool', tool);
    this.#args = taken.value;
    this.#size = taken.size + tool.length + FRAME;
    this.#callId = callIdOf(actions, options?.callId);
  }

  protected override get types(): CallTypes {
    return TYPES;
  }

  protected override get title(): string {
    return `tool ${JSON.stringify(this.#tool)}`;
  }

  protected override opening(): Said {
    const attempt = this.number;
    const callId = attemptId(this.#callId, attempt);
    const data: JsonObject =
      attempt === 1
        ? { callId, tool: this.#tool, args: this.#args }
        : { callId, tool: this.#tool, args: this.#args, attempt };
    return { data, size: this.#size };
  }

  protected override completion(value: Result, durationMs: number): Said {
    const { result = null, size } = recordedResult(value, this.actions.eventBytes);
    return {
      data: { callId: attemptId(this.#callId, this.number), result, durationMs },
      size: size + FRAME,
    };
  }

  protected override failure(error: JsonObject, willRetry: boolean): JsonObject {
    const attempt = this.number;
    return { callId: attemptId(this.#callId, attempt), ...error, ...(attempt > 1 && { attempt }), willRetry };
  }
}
