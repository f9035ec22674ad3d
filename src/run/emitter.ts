import { SluiceError } from '../errors/sluice-error.ts';
import { checkData } from '../event/check-data.ts';
import { isEventType } from '../event/event-types.ts';
import { checkSize, intakeData } from '../event/intake.ts';
import type { Json, JsonObject } from '../event/json.ts';
import { parseEnvelope, parseEventInput, type EnvelopeInput } from '../event/parse-event.ts';
import type { Outcome, Proposal } from '../event/proposal.ts';
import type { AnyCustom, CustomEvents, EventData, EventSource, RunStatus } from '../event/run-event.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import { utf8Length } from '../event/utf8-length.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import { refuseSecrets } from '../secrets/refuse-secrets.ts';
import { newId } from '../time/new-id.ts';

/** What any event may say besides its data. */
export interface EmitOptions {
  readonly source?: EventSource | undefined;
  /** Slash path of steps inside steps. */
  readonly node?: string | undefined;
  /** The seq of the event that led to this one. */
  readonly cause?: number | undefined;
  readonly metadata?: JsonObject | undefined;
}

export interface TokenOptions extends EmitOptions {
  readonly messageId?: string | undefined;
  readonly role?: string | undefined;
  readonly finishReason?: string | undefined;
}

export interface ProgressOptions extends EmitOptions {
  readonly message?: string | undefined;
  readonly current?: number | undefined;
  readonly total?: number | undefined;
  readonly details?: JsonObject | undefined;
}

export interface StepOptions extends EmitOptions {
  readonly durationMs?: number | undefined;
  readonly inputKeys?: readonly string[] | undefined;
  readonly outputKeys?: readonly string[] | undefined;
}

export interface ArtifactOptions extends EmitOptions {
  readonly artifactId?: string | undefined;
  readonly name?: string | undefined;
  readonly partial?: boolean | undefined;
  readonly last?: boolean | undefined;
}

export interface CheckpointOptions extends EmitOptions {
  /**
   * Tells everybody where the run is, too: a `status` with the checkpoint's name as its `phase`, and a text as its
   * `message`. Default: false.
   */
  readonly status?: boolean | string | undefined;
  /** Says how far the run is, too: a `progress` whose `step` is the checkpoint's name. A fraction, or so much of all. */
  readonly progress?: number | { readonly current: number; readonly total: number } | undefined;
}

export interface WarnOptions extends EmitOptions {
  readonly code?: string | undefined;
  readonly details?: JsonObject | undefined;
}

/** Types that agents and outside writers may emit, and what their `data` holds. */
export type EmittableData<Custom extends CustomEvents> = Omit<
  EventData,
  'started' | 'complete' | 'error' | 'cancelled' | 'status' | 'ask' | 'answer' | 'control.decided'
> &
  Custom;

/** What an emitter needs from the engine it belongs to. */
export interface EmitterRules {
  readonly now: () => number;
  /** Largest event, in bytes of its JSON. */
  readonly eventBytes: number;
  readonly events?: EventDefinitions | undefined;
  /** What a type or a node must not hold. */
  readonly secrets?: TextMask | undefined;
}

/** Room for the envelope and the punctuation around data, in characters. */
const ENVELOPE_SIZE = 200;

/**
 * The sentences an agent can say. All of them return at once; what is wrong with one is thrown at the call
 * (`BAD_EVENT`, `EVENT_TOO_LARGE`, `RESERVED_TYPE`, and `MAILBOX_FULL` where there is a mailbox). After the end
 * of the run they do nothing and are counted.
 */
export abstract class Emitter<Custom extends CustomEvents = AnyCustom> {
  readonly #rules: EmitterRules;

  constructor(rules: EmitterRules) {
    this.#rules = rules;
  }

  /** The steps that the caller is in, for events that name none. */
  protected get path(): string | undefined {
    return undefined;
  }

  /** What a `status` says of the run. */
  protected get status(): RunStatus {
    return 'running';
  }

  /** Takes a proposal without waiting for what becomes of it. */
  protected abstract propose(proposal: Proposal): void;
  /** Takes a proposal and tells what became of it. */
  protected abstract proposeAndWait(proposal: Proposal): Promise<Outcome>;

  /** A piece of streamed text. Pieces with one `messageId` belong together. */
  token(content: string, options?: TokenOptions): void {
    if (typeof content !== 'string') throw badArgument('token', 'content', 'a string', content);
    this.propose(
      options === undefined
        ? this.#proposal('token', { content }, content.length, NOTHING)
        : this.#said('token', tokenData(content, options), content.length + sizeOfWords(options), options),
    );
  }

  /** How far the run is: `fraction` from 0 to 1, and what it is doing. */
  progress(step: string, fraction: number, options: ProgressOptions = {}): void {
    const { message, current, total, details, ...rest } = options;
    this.propose(this.#checked('progress', { step, fraction, current, total, message, details }, rest));
  }

  /** A step of the agent was done. */
  step(name: string, options: StepOptions = {}): void {
    const { durationMs, inputKeys, outputKeys, ...rest } = options;
    this.propose(this.#checked('step', { name, durationMs, inputKeys, outputKeys }, rest));
  }

  /** Something went wrong and the run goes on: an `error` event with `recoverable: true`. */
  warn(message: string, { code = 'WARNING', details, ...rest }: WarnOptions = {}): void {
    const given = { code, message, recoverable: true, details };
    const { data, size } = intakeData(given, 'warn', this.#rules.eventBytes);
    checkData('error', data);
    this.propose(this.#said('error', data, size, rest));
  }

  /** An event of a user's own type; `name` without `custom:`. */
  custom<Name extends CustomName<Custom>>(
    name: Name,
    data: Custom[`custom:${Name}`],
    options: EmitOptions = {},
  ): void {
    this.propose(this.#checked(`custom:${name}`, data, options));
  }

  /**
   * Something made by the run: a file, a report, an image by reference. Parts of one artifact share the id, which
   * is returned; `partial` says that more follows, `last` that this was the last part.
   */
  artifact(artifactType: string, data: Json, options: ArtifactOptions = {}): string {
    const { artifactId = newId(), name, partial, last, ...rest } = options;
    this.propose(this.#checked('artifact', { artifactId, artifactType, name, data, partial, last }, rest));
    return artifactId;
  }

  /**
   * State to come back to. Resolves when it is stored; rejects with `STORAGE_LOST`. With `status` and `progress` these
   * events follow it right away, and nobody sees them before it is stored.
   */
  checkpoint(name: string, data: Json, options: CheckpointOptions = {}): Promise<Outcome> {
    const { status = false, progress, ...rest } = options;
    const saved = this.#checked('checkpoint', { name, data }, rest);
    // All is checked before anything is said.
    const told = status === false ? undefined : this.#phase(name, status, rest);
    const reached = progress === undefined ? undefined : { step: name, ...reachedBy(progress) };
    const said = reached && this.#checked('progress', reached, rest);
    const outcome = this.proposeAndWait(saved);
    if (told) this.propose(told);
    if (said) this.propose(said);
    return outcome;
  }

  /**
   * Any event that an agent may make, its data checked against the schema of its type. Resolves when it is stored
   * (or held, or left out by `record`); rejects with `STORAGE_LOST`. A rejection that nobody awaits is silent.
   */
  emit<Type extends keyof EmittableData<Custom> & string>(
    type: Type,
    data: EmittableData<Custom>[Type],
    options: EmitOptions = {},
  ): Promise<Outcome> {
    return this.proposeAndWait(this.#checked(type, data, options));
  }

  /** A fact, like all that a run tells of its own state: no policy is asked. */
  #phase(phase: string, status: unknown, options: EmitOptions): Proposal {
    const message = status === true ? undefined : status;
    if (message !== undefined && typeof message !== 'string') {
      throw badArgument('checkpoint', 'status', 'true, false or a text', message);
    }
    const data = { status: this.status, phase, ...(message !== undefined && { message }) };
    return { ...this.#said('status', data, phase.length + (message?.length ?? 0), options), fact: true };
  }

  #checked(type: string, data: unknown, options: EmitOptions): Proposal {
    const { events, eventBytes } = this.#rules;
    const input = parseEventInput({ ...options, type, data }, events, { limit: eventBytes });
    return this.#proposal(type, input.data, input.size, input);
  }

  /** `data` was made here and needs no schema. */
  #said(type: string, data: JsonObject, dataSize: number, options: EmitOptions): Proposal {
    const { size, ...envelope } = parseEnvelope(options, this.#rules.eventBytes);
    return this.#proposal(type, data, dataSize + size, envelope);
  }

  #proposal(type: string, data: JsonObject, size: number, envelope: EnvelopeInput): Proposal {
    return proposalOf(this.#rules, {
      type,
      data,
      size,
      source: envelope.source,
      node: envelope.node ?? this.path,
      cause: envelope.cause,
      metadata: envelope.metadata,
    });
  }
}

/** What an event is to say, checked and copied; `size` is that of its data and metadata. */
type CheckedEvent = { readonly [Member in keyof EnvelopeInput]: EnvelopeInput[Member] | undefined } & {
  readonly type: string;
  readonly data: JsonObject;
  readonly size: number;
  /** Default: now. */
  readonly at?: number | undefined;
};

/** A proposal of what was checked. Throws `EVENT_TOO_LARGE`, and `BAD_EVENT` for a secret in its type or node. */
export function proposalOf(
  { eventBytes, now, secrets: mask }: EmitterRules,
  { type, data, size, source = 'agent', node, cause, metadata, at = now() }: CheckedEvent,
): Proposal {
  if (mask) {
    if (node !== undefined) refuseSecrets('node', node, { mask, code: 'BAD_EVENT' });
    if (!isEventType(type)) refuseSecrets('event type', type, { mask, code: 'BAD_EVENT' });
  }
  checkSize(size, eventBytes, () => bytesOf(data) + (metadata ? bytesOf(metadata) : 0) + ENVELOPE_SIZE, type);
  return {
    type,
    data,
    at,
    size: size + ENVELOPE_SIZE,
    source,
    node,
    cause,
    metadata,
    final: undefined,
    fact: undefined,
    receipt: undefined,
    upcoming: undefined,
    key: undefined,
  };
}

function bytesOf(json: JsonObject): number {
  return utf8Length(JSON.stringify(json));
}

const NOTHING: EnvelopeInput = {};

/** Names of custom types without their prefix. */
export type CustomName<Custom extends CustomEvents> = {
  [Type in keyof Custom]: Type extends `custom:${infer Name}` ? Name : never;
}[keyof Custom] &
  string;

function reachedBy(progress: NonNullable<CheckpointOptions['progress']>): JsonObject {
  if (typeof progress === 'number') return { fraction: progress };
  const { current, total } = progress;
  return { fraction: total === 0 ? 1 : current / total, current, total };
}

// By hand and not by schema: a token is the hottest call there is.
function tokenData(content: string, { messageId, role, finishReason }: TokenOptions): JsonObject {
  const data: { content: string; messageId?: string; role?: string; finishReason?: string } = { content };
  if (messageId !== undefined) data.messageId = checkWord('messageId', messageId);
  if (role !== undefined) data.role = checkWord('role', role);
  if (finishReason !== undefined) data.finishReason = checkWord('finishReason', finishReason);
  return data;
}

function sizeOfWords({ messageId, role, finishReason }: TokenOptions): number {
  return 64 + (messageId?.length ?? 0) + (role?.length ?? 0) + (finishReason?.length ?? 0);
}

function checkWord(name: string, word: unknown): string {
  if (typeof word !== 'string') throw badArgument('token', name, 'a string', word);
  return word;
}

function badArgument(call: string, argument: string, expected: string, got: unknown): SluiceError {
  const shown = typeof got === 'number' ? String(got) : typeof got;
  return new SluiceError('BAD_EVENT', `${call}: ${argument}: expected ${expected}, got ${shown}.`);
}
