import type * as z from 'zod';
import { messageOf } from '../errors/error-text.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { checkSize, intakeValue } from '../event/intake.ts';
import type { Json } from '../event/json.ts';
import { schemaIssues } from '../event/schema-issues.ts';
import { utf8Length } from '../event/utf8-length.ts';
import type { TextMask } from '../secrets/mask-value.ts';

const LARGEST = 256 * 1024;
const LONGEST_NAME = 256;

/** A value as it stands in an event: a copy of its own. */
export interface Taken {
  readonly value: Json;
  readonly size: number;
}

/** Copies what goes into an event of a question. Throws `BAD_EVENT`, `EVENT_TOO_LARGE`. */
export function taken(value: unknown, what: string): Taken {
  const intake = intakeValue(value, what, LARGEST);
  checkSize(intake.size, LARGEST, () => utf8Length(JSON.stringify(intake.value)), what);
  return intake;
}

/** What somebody answered, and to what. */
export interface GivenAnswer {
  readonly runId: string;
  readonly schema: z.ZodType | undefined;
  readonly given: unknown;
  readonly by: unknown;
  /** What a schema expects may be a secret, and its message says so. */
  readonly secrets: TextMask;
}

/** What the event says of an answer, and what the agent hears: the output of its schema. Throws `BAD_ANSWER`. */
export function checkAnswer({ runId, schema, given, by, secrets }: GivenAnswer): {
  readonly said: Taken;
  readonly heard: unknown;
} {
  if (by !== undefined && (typeof by !== 'string' || by.length > LONGEST_NAME)) {
    throw badAnswer(runId, [`by: expected a string of at most ${LONGEST_NAME} characters`]);
  }
  try {
    const said = taken(given, 'answer');
    // The event's copy is frozen; the agent gets one that it may change.
    const heard: unknown = structuredClone(said.value);
    const checked = schema?.safeParse(heard);
    if (!checked) return { said, heard };
    if (checked.success) return { said, heard: checked.data };
    throw badAnswer(
      runId,
      schemaIssues(checked.error, { nameOf: path => path || 'value', mask: text => secrets.mask(text) }),
    );
  } catch (error) {
    throw isSluiceError(error, 'BAD_ANSWER')
      ? error
      : badAnswer(runId, [secrets.mask(messageOf(error))], error);
  }
}

/** Throws `BAD_ANSWER`. */
export function checkKey(runId: string, key: unknown): void {
  if (key === undefined || (typeof key === 'string' && key !== '' && key.length <= LONGEST_NAME)) return;
  throw badAnswer(runId, [`idempotencyKey: expected a string of 1 to ${LONGEST_NAME} characters`]);
}

function badAnswer(runId: string, issues: readonly string[], cause?: unknown): SluiceError {
  return new SluiceError('BAD_ANSWER', `answer: ${issues.join('; ')}. The question is still open.`, {
    runId,
    cause,
    details: { issues },
  });
}
