import { createHash } from 'node:crypto';
import { messageOf } from '../errors/error-text.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { parseFilter, type EventFilter, type FilterSpec } from '../event/filter.ts';
import { checkId } from '../event/ids.ts';
import { checkSize, intakeData, intakeValue } from '../event/intake.ts';
import type { Json, JsonObject } from '../event/json.ts';
import { parseTime, shownTime, TIME_FORMAT } from '../event/event-time.ts';
import { checkLabels } from '../event/labels.ts';
import { utf8Length } from '../event/utf8-length.ts';
import { refuseSecrets } from '../secrets/refuse-secrets.ts';
import type { Clock } from '../time/clock.ts';
import { newId } from '../time/new-id.ts';
import { checkNames, type OptionNames } from './check-names.ts';
import { checkNumber } from './check-number.ts';
import { LIFE_RANGE, TTL_RANGE, type EngineSettings } from './options.ts';

/** Whose run it is where nobody says so. */
export const DEFAULT_TENANT = 'default';

/** What `start` and `open` have in common. Times are milliseconds. */
export interface OpenOptions {
  /** 1 to 128 letters, digits, `.`, `_`, `-`. Default: a UUID v7. */
  readonly id?: string | undefined;
  /** Default: `default`. */
  readonly tenantId?: string | undefined;
  /** The conversation it belongs to. */
  readonly threadId?: string | undefined;
  readonly parentId?: string | undefined;
  /** At most 32, for finding runs again. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: JsonObject | undefined;
  /** What is emitted and stored at all. Default: everything. */
  readonly record?: FilterSpec | undefined;
  /** Default: the engine's. */
  readonly ttl?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly idle?: number | undefined;
  /** The same key again gives the same run, if everything else is the same; else `IDEMPOTENCY_CONFLICT`. */
  readonly idempotencyKey?: string | undefined;
}

/** How an agent is started. */
export interface StartOptions<Input = unknown> extends OpenOptions {
  readonly input?: Input | undefined;
}

/** How a run without an agent is opened. */
export interface OpenRunOptions extends StartOptions {
  /**
   * For a run of the past, when it began (RFC 3339; what is later than now is now). `append` then takes the `time` of each
   * event; what has none has that of the event before. Its limits go by the clock, like those of any run.
   */
  readonly startedAt?: string | undefined;
}

/** {@link StartOptions}, checked, with every default filled in. */
export interface StartSettings {
  readonly runId: string;
  readonly tenantId: string;
  readonly threadId: string | undefined;
  readonly parentId: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: JsonObject | undefined;
  readonly record: EventFilter;
  readonly ttl: number;
  readonly maxDuration: number;
  readonly idle: number | undefined;
  /** A copy for the record and the `started` event; the agent gets the caller's own. */
  readonly input: Json | undefined;
  readonly inputSize: number;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number | undefined;
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | undefined;
}

/** What was asked to do the work: an agent, or nobody of this process. */
export interface AskedFor {
  readonly agent?: string | undefined;
  readonly isOpen?: true;
}

/** Shared by all runs without labels, agents included, so it cannot be changed. */
export const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const EVERYTHING = parseFilter(undefined);
const LONGEST_KEY = 256;

const OPTIONS: OptionNames<OpenRunOptions> = {
  ...{ id: true, tenantId: true, threadId: true, parentId: true, labels: true, metadata: true },
  ...{ record: true, ttl: true, maxDuration: true, idle: true, idempotencyKey: true },
  ...{ input: true, startedAt: true },
};

/** Checks the options of one run, before anything is made. Throws `BAD_ID`, `BAD_OPTION`, `BAD_FILTER`, `BAD_INPUT`. */
export function resolveStart(
  options: OpenRunOptions,
  asked: AskedFor,
  engine: EngineSettings,
): StartSettings {
  checkNames(asked.isOpen ? 'open' : 'start', options, OPTIONS);
  const { id, tenantId, threadId, parentId, labels, metadata, record, idempotencyKey } = options;
  const input = options.input === undefined ? undefined : intakeInput(options.input, engine.eventBytes);
  const mask = engine.secrets;
  const idOf = (what: string, given: unknown): string => {
    if (typeof given === 'string') refuseSecrets(what, given, { mask, code: 'BAD_ID' });
    return checkId(what, given);
  };
  if (asked.agent !== undefined) refuseSecrets('agent', asked.agent, { mask, code: 'BAD_OPTION' });
  return {
    runId: id === undefined ? newId() : idOf('run id', id),
    tenantId: tenantId === undefined ? DEFAULT_TENANT : idOf('tenantId', tenantId),
    threadId: threadId === undefined ? undefined : idOf('threadId', threadId),
    parentId: parentId === undefined ? undefined : idOf('parentId', parentId),
    labels: labels === undefined ? NO_LABELS : checkLabels(labels),
    metadata: metadata === undefined ? undefined : checkMetadata(metadata, engine.eventBytes),
    record:
      record === undefined
        ? EVERYTHING
        : parseFilter(record, { custom: engine.events?.names, option: 'record' }),
    ttl: checkNumber('ttl', options.ttl, engine.ttl, TTL_RANGE),
    maxDuration: checkNumber('maxDuration', options.maxDuration, engine.maxDuration, LIFE_RANGE),
    idle: options.idle === undefined ? engine.idle : checkNumber('idle', options.idle, Infinity, LIFE_RANGE),
    input: input?.value,
    inputSize: input?.size ?? 0,
    startedAt:
      options.startedAt === undefined ? undefined : beginningOf(options.startedAt, asked, engine.clock),
    idempotency:
      idempotencyKey === undefined
        ? undefined
        : {
            key: refuseSecrets('idempotencyKey', checkKey(idempotencyKey), { mask, code: 'BAD_OPTION' }),
            fingerprint: fingerprint(options, asked),
          },
  };
}

function intakeInput(input: unknown, limit: number): { value: Json; size: number } {
  try {
    const intake = intakeValue(input, 'input', limit);
    checkSize(intake.size, limit, () => utf8Length(JSON.stringify(intake.value)), 'input');
    return intake;
  } catch (cause) {
    throw new SluiceError('BAD_INPUT', messageOf(cause), { cause });
  }
}

function checkMetadata(metadata: unknown, limit: number): JsonObject {
  try {
    const { data, size } = intakeData(metadata, 'metadata', limit);
    checkSize(size, limit, () => utf8Length(JSON.stringify(data)), 'metadata');
    return data;
  } catch (cause) {
    throw new SluiceError('BAD_OPTION', messageOf(cause), { cause });
  }
}

function beginningOf(startedAt: unknown, { isOpen }: AskedFor, clock: Clock): number {
  if (!isOpen) {
    throw new SluiceError(
      'BAD_OPTION',
      'startedAt: expected none for a run with an agent, which begins now.',
    );
  }
  const at = parseTime(startedAt);
  if (at !== undefined) return Math.min(at, clock.now());
  throw new SluiceError('BAD_OPTION', `startedAt: expected ${TIME_FORMAT}, got ${shownTime(startedAt)}.`);
}

function checkKey(key: unknown): string {
  if (typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY) return key;
  throw new SluiceError('BAD_OPTION', `idempotencyKey: expected a string of 1 to ${LONGEST_KEY} characters.`);
}

/**
 * Two requests are the same if everything but the key is, whatever the order of their members. Which trace asked is not
 * of the request: it differs each time.
 */
function fingerprint(options: OpenRunOptions, asked: AskedFor): string {
  const { id, tenantId = DEFAULT_TENANT, threadId, parentId, labels, metadata, record } = options;
  const { ttl, maxDuration, idle, input, startedAt } = options;
  const { traceparent, tracestate, ...asks } = metadata ?? {};
  const told = { id, tenantId, threadId, parentId, labels, record, ttl, maxDuration, idle, input, startedAt };
  return createHash('sha256')
    .update(canonical({ ...told, ...(metadata && { metadata: asks }), ...asked }))
    .digest('base64url');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
