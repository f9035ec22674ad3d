import * as z from 'zod';
import { SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import { isZodSchema } from '../event/zod-schema.ts';
import { isoTime } from '../time/iso-time.ts';
import { newId } from '../time/new-id.ts';
import { checkAnswer, checkKey, taken, type Taken } from './ask-values.ts';
import type { FactOptions } from './fact.ts';
import type { RunParts } from './run-parts.ts';

/** How a person is asked. */
export interface AskOptions<Value> {
  /** What an answer must look like; answers that do not are refused with `BAD_ANSWER`. */
  readonly schema?: z.ZodType<Value> | undefined;
  /** Milliseconds to wait. Without one the question stays open as long as the run. */
  readonly timeout?: number | undefined;
  /** Taken when nobody answers in time; without one `ask` rejects with `ASK_TIMEOUT`. */
  readonly default?: Value | undefined;
}

/** What questions need from the run they belong to. */
export interface AskHost {
  readonly parts: Pick<RunParts, 'identity' | 'services'>;
  tell(type: 'ask' | 'answer', data: JsonObject, how: FactOptions): void;
  /** A question is open, or none is any longer; may be told again. */
  wait(isWaiting: boolean): void;
}

interface OpenAsk {
  readonly schema: z.ZodType | undefined;
  readonly answered: (value: unknown) => void;
  readonly dropped: (error: SluiceError) => void;
  readonly cancelTimeout: (() => void) | undefined;
}

interface Answer {
  /** What the event says. */
  readonly said: Taken;
  /** What the agent gets. */
  readonly heard: unknown;
  readonly by: string | undefined;
  /** It may go ahead of what the agent said meanwhile. */
  readonly isFromOutside: boolean;
}

/** Who answers, and under which key the same answer may come again. */
export interface AnswerOptions {
  readonly by?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

const MOST_ANSWERED = 100;
const LONGEST_WAIT = 365 * 24 * 3_600_000;
/** What stands in the data of a question and of an answer besides the longest part, in characters. */
const FRAME = 160;

/** The open questions of one run. The run counts as waiting while there is one. */
export class Asks {
  readonly #host: AskHost;
  readonly #open = new Map<string, OpenAsk>();
  /** Questions that were answered under a key, oldest first. */
  readonly #answered = new Map<string, string>();

  constructor(host: AskHost) {
    this.#host = host;
  }

  /** Throws `BAD_OPTION` and `BAD_EVENT`, and then nothing was asked. */
  ask<Value>(question: string, options: AskOptions<Value>): Promise<Value> {
    const { schema, default: fallback } = options;
    const { identity, services } = this.#host.parts;
    const { clock, sweep } = services;
    const askId = newId();
    const timeout = checkTimeout(options.timeout);
    const expiresAt = timeout === undefined ? undefined : clock.now() + timeout;
    const spare = fallback === undefined ? undefined : taken(fallback, 'ask: default');
    const asked = taken(
      {
        askId,
        question: checkQuestion(question),
        // An answer is what goes into the schema, not what comes out of it.
        schema: schema === undefined ? undefined : jsonSchemaOf(schema),
        expiresAt: expiresAt === undefined ? undefined : isoTime(expiresAt),
      },
      'ask',
    );
    const answer = new Promise<Value>((resolve, reject) => {
      const expire = (): void => {
        if (spare === undefined) return this.#drop(askId, askTimeout(identity.runId, askId));
        this.#close(askId, { said: spare, heard: fallback, by: 'default', isFromOutside: false });
      };
      this.#open.set(askId, {
        schema,
        answered: value => resolve(value as Value),
        dropped: reject,
        cancelTimeout: expiresAt === undefined ? undefined : sweep.at(expiresAt, expire, { keepAlive: true }),
      });
    });
    // Whoever does not await a question must not bring the process down when the run ends.
    answer.catch(() => undefined);
    this.#host.tell('ask', asked.value as JsonObject, { size: asked.size });
    // By now it may be answered, or be one of several: whoever was told of it may have answered or asked too.
    if (this.#open.size > 0) this.#host.wait(true);
    return answer;
  }

  /**
   * Throws `ASK_NOT_FOUND`, and `BAD_ANSWER`, after which the question is still open. An answer that comes again under its
   * `idempotencyKey` does nothing, if it was one of the last 100 that had one.
   */
  answer(askId: string, given: unknown, { by, idempotencyKey }: AnswerOptions = {}): void {
    const { identity, services } = this.#host.parts;
    const { runId } = identity;
    checkKey(runId, idempotencyKey);
    const ask = this.#open.get(askId);
    if (!ask) {
      if (idempotencyKey !== undefined && this.#answered.get(askId) === idempotencyKey) return;
      throw askNotFound(runId, askId);
    }
    const checked = checkAnswer({ runId, schema: ask.schema, given, by, secrets: services.secrets });
    if (idempotencyKey !== undefined) this.#note(askId, idempotencyKey);
    this.#close(askId, { ...checked, by, isFromOutside: true });
  }

  /** The run ended or is stopping: nobody waits any longer. */
  dropAll(error: SluiceError): void {
    for (const askId of this.#open.keys()) this.#drop(askId, error, false);
  }

  #close(askId: string, { said, heard, by, isFromOutside }: Answer): void {
    const ask = this.#remove(askId);
    const data = by === undefined ? { askId, value: said.value } : { askId, value: said.value, by };
    const size = said.size + (by?.length ?? 0) + FRAME;
    this.#host.tell('answer', data, isFromOutside ? { size, source: 'user', ahead: true } : { size });
    if (this.#open.size === 0) this.#host.wait(false);
    ask.answered(heard);
  }

  #note(askId: string, idempotencyKey: string): void {
    this.#answered.set(askId, idempotencyKey);
    if (this.#answered.size > MOST_ANSWERED) this.#answered.delete(this.#answered.keys().next().value!);
  }

  #drop(askId: string, error: SluiceError, resume = true): void {
    const ask = this.#remove(askId);
    if (resume && this.#open.size === 0) this.#host.wait(false);
    ask.dropped(error);
  }

  #remove(askId: string): OpenAsk {
    const ask = this.#open.get(askId)!;
    this.#open.delete(askId);
    ask.cancelTimeout?.();
    return ask;
  }
}

function askTimeout(runId: string, askId: string): SluiceError {
  const message = `ask ${askId}: nobody answered in time. Give ctx.ask a longer timeout or a default.`;
  return new SluiceError('ASK_TIMEOUT', message, { runId });
}

/** There is no open question with this id: it never was, or it was answered or dropped. */
export function askNotFound(runId: string, askId: string): SluiceError {
  const message = `run ${runId}: no open question ${JSON.stringify(String(askId).slice(0, 64))}. It may have been answered already.`;
  return new SluiceError('ASK_NOT_FOUND', message, { runId });
}

function checkQuestion(question: unknown): string {
  if (typeof question === 'string') return question;
  throw new SluiceError('BAD_EVENT', `ask: question: expected a string, got ${typeof question}.`);
}

function jsonSchemaOf(schema: unknown): JsonObject {
  if (isZodSchema(schema))
    return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  const got = schema === null ? 'null' : typeof schema;
  throw new SluiceError(
    'BAD_OPTION',
    `ask: schema: expected a schema of zod 4, such as z.string(), got ${got}. z.fromJSONSchema makes one of JSON Schema.`,
  );
}

function checkTimeout(timeout: unknown): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout === 'number' && timeout >= 0 && timeout <= LONGEST_WAIT) return timeout;
  const got = typeof timeout === 'number' ? String(timeout) : typeof timeout;
  throw new SluiceError('BAD_OPTION', `ask: timeout: expected 0 to ${LONGEST_WAIT} ms, got ${got}.`);
}
