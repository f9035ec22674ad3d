import { messageOf, typeNameOf } from '../errors/error-text.ts';
import { ERROR_CODES } from '../errors/codes.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import { intakeOutput } from '../event/output.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import type { EndType } from './lifecycle.ts';
import { stopError, type Stop } from './stop.ts';

/** What the caller of a run gets in the end: the raw output, or why there is none. */
export type RunOutcome =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: SluiceError };

/** How a run ends: its final event, and its outcome. */
export interface Ending {
  readonly type: EndType;
  readonly data: JsonObject;
  /** An upper estimate of `data` as JSON, in characters. */
  readonly size: number;
  readonly outcome: RunOutcome;
  /** The agent did not return within its grace. */
  readonly isForced?: boolean;
}

/** A final event is always admitted, so its texts are bounded here. */
const LONGEST_MESSAGE = 16_384;
const LONGEST_NAME = 128;

/** Codes of an end whose event names the policy behind it. */
const VETO_CODES: ReadonlySet<string> = new Set(['VETOED', 'POLICY_ERROR']);

/** What an ending is told of its run. */
export interface EndingRules {
  readonly runId: string;
  /** Largest event, in bytes of its JSON. */
  readonly eventBytes: number;
  readonly secrets: TextMask;
}

/** The agent returned. What cannot be written as JSON ends the run as `BAD_OUTPUT`. */
export function completed(rules: EndingRules, value: unknown, durationMs: number): Ending {
  try {
    const { output, size } = intakeOutput(value, rules.eventBytes);
    const data = output === undefined ? { durationMs } : { output: output as JsonObject, durationMs };
    return { type: 'complete', data, size, outcome: { ok: true, value } };
  } catch (error) {
    return failed(rules, error);
  }
}

/** The agent threw. An error of ours keeps its code, since its code says more than `AGENT_ERROR`. */
export function failed(rules: EndingRules, thrown: unknown): Ending {
  const { runId } = rules;
  const code = codeOf(thrown);
  const message = cut(messageOf(thrown), LONGEST_MESSAGE, rules);
  const errorType = cut(typeNameOf(thrown), LONGEST_NAME, rules);
  const error = new SluiceError('RUN_FAILED', `run ${runId} failed: ${message}`, {
    runId,
    cause: thrown,
    details: { code },
  });
  const details = VETO_CODES.has(code) ? vetoDetails(thrown as SluiceError, rules) : undefined;
  const data = { code, message, errorType, recoverable: false, ...(details && { details }) };
  const size = message.length + errorType.length + (details ? 2 * LONGEST_NAME : 0);
  return { type: 'error', data, size, outcome: { ok: false, error } };
}

/** A producer outside said the end itself, in an event that was checked. */
export function said(
  rules: EndingRules,
  { type, data, size }: { readonly type: EndType; readonly data: JsonObject; readonly size: number },
): Ending {
  return { type, data, size, outcome: outcomeOf(rules, type, data) };
}

function outcomeOf(rules: EndingRules, type: EndType, data: JsonObject): RunOutcome {
  const { runId } = rules;
  if (type === 'complete') return { ok: true, value: data['output'] };
  const text = (name: string, longest: number): string => {
    const given = data[name];
    return cut(typeof given === 'string' ? given : '', longest, rules);
  };
  if (type === 'cancelled') {
    const reason = data['reason'] === undefined ? undefined : text('reason', LONGEST_MESSAGE);
    return { ok: false, error: stopError(runId, { end: 'cancelled', reason }) };
  }
  const message = `run ${runId} failed: ${text('message', LONGEST_MESSAGE)}`;
  const details = { code: text('code', LONGEST_NAME) };
  return { ok: false, error: new SluiceError('RUN_FAILED', message, { runId, details }) };
}

/** The run was stopped. `forced`: its agent did not return within its grace. */
export function stopped(rules: EndingRules, stop: Stop, forced: boolean): Ending {
  const error = stopError(rules.runId, stop);
  if (stop.end === 'error') return { ...failed(rules, error), isForced: forced };
  const { reason } = stop;
  const data: JsonObject = { ...(reason !== undefined && { reason }), ...(forced && { forced }) };
  return {
    type: 'cancelled',
    data,
    size: reason?.length ?? 0,
    outcome: { ok: false, error },
    isForced: forced,
  };
}

/** Who vetoed what. */
function vetoDetails({ details }: SluiceError, rules: EndingRules): JsonObject {
  const word = (name: string): string => cut(messageOf(details?.[name]), LONGEST_NAME, rules);
  return { policy: word('policy'), on: word('on') };
}

/** Anybody may throw something that looks like an error of ours. */
function codeOf(thrown: unknown): string {
  try {
    if (isSluiceError(thrown) && Object.hasOwn(ERROR_CODES, thrown.code)) return thrown.code;
  } catch {
    // A getter or a proxy of the agent threw.
  }
  return 'AGENT_ERROR';
}

// Masked here since the caller's error says it, too, and before it is cut: redaction would not find half a secret.
function cut(text: string, longest: number, { secrets }: EndingRules): string {
  return secrets.mask(text).slice(0, longest);
}
