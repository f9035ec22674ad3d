import { SluiceError } from '../../errors/sluice-error.ts';
import { checkData } from '../../event/check-data.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import type { EventData } from '../../event/run-event.ts';
import type { Actions } from './actions.ts';
import { attemptId, callIdOf } from './call-ids.ts';
import { checkLimits } from './call-options.ts';
import { Call, type CallTypes, type CallWork, type Said } from './call.ts';
import { checkedIntake } from './checked-intake.ts';
import type { Place } from './place.ts';
import { recordedResult } from './recorded-result.ts';
import type { NamedCallOptions } from './tool-call.ts';

/** What a model is asked. */
export interface LlmRequest {
  readonly model?: string | undefined;
  /** Plain JSON, in whatever form the model's own library has it. */
  readonly messages: readonly unknown[];
}

/** What a model used. */
export type LlmUsage = NonNullable<EventData['llm.response']['usage']>;

/** How a model is called. */
export interface LlmOptions<Result> extends NamedCallOptions {
  /** What it used: tokens, and the cost in whatever unit all of your calls share. What it throws is passed over. */
  readonly usage?: ((response: Result) => LlmUsage | undefined) | undefined;
}

const TYPES: CallTypes = { opening: 'llm.prompt', completed: 'llm.response', failed: 'llm.failed' };
const FRAME = 256;

/** A model at work. */
export class LlmCall<Result> extends Call<Result> {
  readonly #model: string | undefined;
  readonly #messages: Json;
  readonly #size: number;
  readonly #callId: string;
  readonly #usage: LlmOptions<Result>['usage'];

  /** Throws `BAD_EVENT`, `BAD_OPTION`, `EVENT_TOO_LARGE`. */
  constructor(
    actions: Actions,
    around: Place,
    { request, options }: { readonly request: LlmRequest; readonly options: LlmOptions<Result> | undefined },
    work: CallWork<Result>,
  ) {
    const { path, wave } = around;
    super(actions, { around, path, wave }, checkLimits('llm', options), work);
    const { model, messages } = checkRequest(request);
    const taken = checkedIntake(messages, 'llm: messages', actions.eventBytes);
    this.#model = model;
    this.#messages = taken.value;
    this.#size = taken.size + (model?.length ?? 0) + FRAME;
    this.#callId = callIdOf(actions, options?.callId);
    this.#usage = options?.usage;
  }

  protected override get types(): CallTypes {
    return TYPES;
  }

  protected override get title(): string {
    return this.#model === undefined ? 'a model call' : `model ${JSON.stringify(this.#model)}`;
  }

  protected override opening(): Said {
    const attempt = this.number;
    const data = {
      callId: attemptId(this.#callId, attempt),
      ...(this.#model !== undefined && { model: this.#model }),
      messages: this.#messages,
      ...(attempt > 1 && { attempt }),
    };
    return { data, size: this.#size };
  }

  protected override completion(value: Result, durationMs: number): Said {
    const { result: response = null, size } = recordedResult(value, this.actions.eventBytes);
    const data = { callId: attemptId(this.#callId, this.number), response, durationMs };
    const usage = this.#used(value);
    if (usage === undefined) return { data, size: size + FRAME };
    return { data: { ...data, usage: { ...usage } }, size: size + FRAME };
  }

  protected override failure(error: JsonObject, willRetry: boolean): JsonObject {
    const attempt = this.number;
    return { callId: attemptId(this.#callId, attempt), ...error, ...(attempt > 1 && { attempt }), willRetry };
  }

  /** The model has answered, so that a wrong count must not take its answer away. */
  #used(value: Result): LlmUsage | undefined {
    try {
      const usage = this.#usage?.(value);
      if (usage === undefined) return undefined;
      const { inputTokens, outputTokens, cost } = usage;
      const told = {
        ...(inputTokens !== undefined && { inputTokens }),
        ...(outputTokens !== undefined && { outputTokens }),
        ...(cost !== undefined && { cost }),
      };
      checkData('llm.response', { callId: '-', response: null, durationMs: 0, usage: told });
      return told;
    } catch {
      return undefined;
    }
  }
}

function checkRequest(request: unknown): LlmRequest {
  const { model, messages } = Object(request) as { readonly model?: unknown; readonly messages?: unknown };
  if (model !== undefined && typeof model !== 'string') throw badRequest('model: expected a string');
  if (!Array.isArray(messages)) throw badRequest('messages: expected a list');
  return { model, messages };
}

function badRequest(problem: string): SluiceError {
  return new SluiceError('BAD_EVENT', `llm: ${problem}.`);
}
