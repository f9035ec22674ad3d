import type { SluiceError } from '../errors/sluice-error.ts';
import type { Intake } from '../event/intake.ts';
import type { JsonObject } from '../event/json.ts';
import { proposalWith, type Proposal, type Receipt } from '../event/proposal.ts';
import { redactStep } from '../operators/redact-secrets.ts';
import type { Step, StepSink } from '../operators/step.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import { decidedProposal, type Stopping, vetoError } from './decided.ts';
import type { ExecutionContext, Matter } from './execution-context.ts';
import type { Gate } from './gate.ts';
import type { StatementTerms } from './read-verdict.ts';

/** What judging the statements of a run takes. */
export interface JudgeHost {
  readonly context: ExecutionContext;
  readonly secrets: TextMask;
  now(): number;
  /** Checks and copies data that is to stand in an event, as where it enters. Throws `BAD_EVENT`, `EVENT_TOO_LARGE`. */
  intake(type: string, data: unknown): Intake;
  /** The run is to fail. */
  veto(error: SluiceError): void;
}

const ENVELOPE_SIZE = 200;

/**
 * Judges what one run says, and lets policies hear what is said and what happens. What policies say goes through
 * redaction again, and with it all that follows, so that nothing overtakes text which redaction holds back.
 */
export class StatementJudge implements StatementTerms {
  readonly #gate: Gate;
  readonly #host: JudgeHost;
  readonly #told: StepSink<Proposal>;
  #redacted: Step<Proposal> | undefined;
  #isVetoed = false;
  /** Of the statement that is being judged, and what was admitted in its place. */
  #type = '';
  #admitted: Intake | undefined;

  constructor(gate: Gate, host: JudgeHost, sink: StepSink<Proposal>) {
    this.#gate = gate;
    this.#host = host;
    this.#told = {
      next: proposal => {
        this.hear(proposal);
        sink.next(proposal);
      },
      complete: () => sink.complete(),
    };
  }

  /** A statement: passed, replaced, left out, or the end of its run. Behind a veto nothing more is said. */
  judge(proposal: Proposal): void {
    const { type, receipt } = proposal;
    if (this.#isVetoed) return receipt?.settle({ outcome: 'ended' });
    if (!this.#gate.guards(type)) return this.pass(proposal);
    const subject = subjectOf(proposal);
    this.#type = type;
    this.#admitted = undefined;
    const decision = this.#gate.askNow(subject, this.#host.context, this);
    if (decision.signal === 'PROCEED') return this.pass(proposal);
    this.#say(decision, subject);
    switch (decision.signal) {
      case 'SKIP':
        return receipt?.settle({ outcome: 'skipped' });
      case 'FALLBACK':
        return this.pass(replaced(proposal, this.#admitted!));
      case 'FAIL':
      case 'ERROR':
        return this.#veto(decision, subject, receipt);
      case 'RETRY':
      // No verdict about a statement; it was counted as an error.
    }
  }

  /** What nobody judges, or what was admitted. */
  pass(proposal: Proposal): void {
    (this.#redacted ?? this.#told).next(proposal);
  }

  hear(said: Matter): void {
    if (this.#gate.hears(said.type)) this.#gate.tell(subjectOf(said), this.#host.context);
  }

  complete(): void {
    (this.#redacted ?? this.#told).complete();
  }

  admit(value: unknown): void {
    this.#admitted = this.#host.intake(this.#type, value);
  }

  #veto(decision: Extract<Stopping, { signal: 'FAIL' | 'ERROR' }>, subject: Matter, receipt?: Receipt): void {
    this.#isVetoed = true;
    const { context, secrets } = this.#host;
    const error = vetoError(decision, subject, { runId: context.runId, secrets });
    receipt?.fail(error);
    this.#host.veto(error);
  }

  #say(decision: Stopping, subject: Matter): void {
    this.#redacted ??= redactStep<Proposal>(this.#host.secrets, proposalWith)(this.#told);
    this.#redacted.next(decidedProposal(decision, subject, { at: this.#host.now(), omitsValue: true }));
  }
}

function subjectOf({ type, data, node }: Matter): Matter {
  return { type, data: Object.freeze(data), node };
}

function replaced(proposal: Proposal, { data, size }: Intake): Proposal {
  const { metadata } = proposal;
  return { ...proposal, data, size: size + ENVELOPE_SIZE + (metadata ? sizeOf(metadata) : 0) };
}

function sizeOf(metadata: JsonObject): number {
  return JSON.stringify(metadata).length;
}
