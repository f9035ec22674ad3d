import { SluiceError, isSluiceError } from '../errors/sluice-error.ts';
import { messageOf } from '../errors/error-text.ts';
import { intakeValue } from './intake.ts';
import type { Json } from './json.ts';
import { utf8Length } from './utf8-length.ts';

/** What stands in a final event for an output that is too large. */
export interface TruncatedOutput {
  readonly truncated: true;
  /** Size of the output as JSON; of endlessly repeating structures a lower bound. */
  readonly bytes: number;
}

/** An output as it enters the final event, and an upper estimate of its JSON in characters. */
export interface OutputIntake {
  /** Absent if the agent returned nothing. */
  readonly output?: Json | TruncatedOutput;
  readonly size: number;
}

/**
 * Takes what an agent returned. Unlike data of events it may be anything `JSON.stringify` can write: dates,
 * instances with `toJSON`, members that are functions or `undefined`, and it is copied as JSON would have it. An output
 * over `limit` bytes becomes {@link TruncatedOutput}, since a final event is always admitted.
 *
 * Throws `BAD_OUTPUT` for what cannot be written: functions, cycles, bigints, more than 64 levels.
 */
export function intakeOutput(value: unknown, limit: number): OutputIntake {
  if (value === undefined) return { size: 0 };
  try {
    return fitting(intakeValue(value, 'output', limit), limit);
  } catch (error) {
    if (isSluiceError(error, 'EVENT_TOO_LARGE')) return truncated(limit);
    if (!isSluiceError(error, 'BAD_EVENT')) throw error;
  }
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`got a ${typeof value}`);
    return fitting(intakeValue(JSON.parse(text), 'output', Math.max(limit, text.length)), limit);
  } catch (error) {
    const why = messageOf(error).replace(/[.\s]*$/, '.');
    throw new SluiceError(
      'BAD_OUTPUT',
      `output: expected something that can be written as JSON: ${why} Return plain data.`,
      { cause: error },
    );
  }
}

function fitting({ value, size }: { value: Json; size: number }, limit: number): OutputIntake {
  if (size * 6 <= limit) return { output: value, size };
  const bytes = utf8Length(JSON.stringify(value));
  return bytes <= limit ? { output: value, size } : truncated(bytes);
}

function truncated(bytes: number): OutputIntake {
  return { output: { truncated: true, bytes }, size: 64 };
}
