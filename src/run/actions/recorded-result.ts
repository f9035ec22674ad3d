import { intakeOutput } from '../../event/output.ts';
import type { Json } from '../../event/json.ts';

/** What an event says of what a call returned, and an upper estimate of it as JSON in characters. */
export interface RecordedResult {
  /** Absent if it returned nothing. */
  readonly result?: Json;
  readonly size: number;
}

/**
 * Takes what work returned, for its event; the caller gets the value itself. The work is done, so that nothing is refused
 * here: what is too large becomes `{truncated, bytes}`, and what JSON cannot say `{unwritable: true}`.
 */
export function recordedResult(value: unknown, limit: number): RecordedResult {
  switch (typeof value) {
    case 'undefined':
      return { size: 0 };
    case 'boolean':
      return { result: value, size: 8 };
    default:
  }
  try {
    const { output, size } = intakeOutput(value, limit);
    return output === undefined ? { size } : { result: output as Json, size };
  } catch {
    return { result: { unwritable: true }, size: 24 };
  }
}
