import { SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import { intakeOutput } from '../event/output.ts';
import type { Proposal } from '../event/proposal.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import type { Matter } from './execution-context.ts';
import type { Decision } from './verdict.ts';

/** A decision that is not PROCEED. */
export type Stopping = Exclude<Decision, { readonly signal: 'PROCEED' }>;

/** What a `control.decided` event is told besides the decision. */
export interface DecidedOptions {
  /** When it was decided, in milliseconds since the epoch. */
  readonly at: number;
  /** Seq of the event that the decision followed: the failure, for one. */
  readonly cause?: number | undefined;
  /** Leaves out the value, where an event of its own shows it. */
  readonly omitsValue?: boolean | undefined;
}

/** Bytes of a value that a decision shows. */
const LARGEST_VALUE = 16_384;
const LONGEST_REASON = 2_000;
const LONGEST_SUBJECT = 256;
const ENVELOPE_SIZE = 512;
/** What says best what was judged, in `data` of the types that have it. */
const TELLING = ['tool', 'name', 'model', 'kind', 'callId', 'artifactId', 'messageId'] as const;

/**
 * The event that a decision becomes. A fact: it finds room in a full mailbox, and nobody vetoes it. It has still to pass
 * redaction. A value that JSON cannot say is left out, a large one becomes `{truncated, bytes}`.
 */
export function decidedProposal(
  decision: Stopping,
  subject: Matter,
  { at, cause, omitsValue = false }: DecidedOptions,
): Proposal {
  const { policy, signal } = decision;
  const reason = 'reason' in decision ? decision.reason?.slice(0, LONGEST_REASON) : undefined;
  const { callId } = subject.data;
  const value = omitsValue || !('value' in decision) ? { size: 0 } : shownValue(decision.value);
  const data: JsonObject = {
    ...{ policy, signal, on: subject.type, subject: subjectName(subject) },
    ...(typeof callId === 'string' && { callId: callId.slice(0, LONGEST_SUBJECT) }),
    ...(reason !== undefined && { reason }),
    ...('delay' in decision && { delay: decision.delay }),
    ...(value.output !== undefined && { value: value.output as JsonObject }),
  };
  const size = ENVELOPE_SIZE + policy.length + (reason?.length ?? 0) + value.size + 2 * LONGEST_SUBJECT;
  return {
    type: 'control.decided',
    data,
    at,
    size,
    source: 'runtime',
    node: subject.node,
    cause,
    fact: true,
  };
}

/** What a caller is told whose action must not be: `VETOED` or `POLICY_ERROR`, masked, and by whom in `details`. */
export function vetoError(
  decision: Extract<Stopping, { readonly signal: 'FAIL' | 'ERROR' }>,
  subject: Matter,
  { runId, secrets }: { readonly runId?: string | undefined; readonly secrets?: TextMask | undefined } = {},
): SluiceError {
  const { policy, signal, reason } = decision;
  const name = subjectName(subject);
  const what = name === '' ? subject.type : `${subject.type} ${JSON.stringify(name)}`;
  const who = `policy ${JSON.stringify(policy)}`;
  const said =
    signal === 'FAIL'
      ? `${what}: vetoed by ${who}: ${reason}`
      : `${what}: stopped, since ${who} broke: ${reason}`;
  const message = secrets ? secrets.mask(said) : said;
  return new SluiceError(signal === 'FAIL' ? 'VETOED' : 'POLICY_ERROR', message, {
    ...(runId !== undefined && { runId }),
    details: { policy, on: subject.type },
  });
}

function subjectName({ data, node }: Matter): string {
  for (const member of TELLING) {
    const word = data[member];
    if (typeof word === 'string' && word !== '') return word.slice(0, LONGEST_SUBJECT);
  }
  return node ?? '';
}

function shownValue(value: unknown): ReturnType<typeof intakeOutput> {
  try {
    return intakeOutput(value, LARGEST_VALUE);
  } catch {
    return { size: 0 };
  }
}
