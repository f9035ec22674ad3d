import { GateStage, type StageHost } from '../control/gate-stage.ts';
import type { Matter } from '../control/execution-context.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { reworded, type Proposal } from '../event/proposal.ts';
import type { RunEvent } from '../event/run-event.ts';
import { redactStep } from '../operators/redact-secrets.ts';
import type { Step } from '../operators/step.ts';
import { Commit, type CommitHost } from './commit.ts';
import { Mailbox } from './mailbox.ts';
import { recordStage } from './record-stage.ts';
import type { RunParts } from './run-parts.ts';

/** Proposals in one append at the most, so that the log is never far ahead of what was delivered. */
const LARGEST_GROUP = 256;

/**
 * Statements in a row that policies may make, each while the one before is judged or heard. A policy that says what it is
 * asked about would say it for ever, and nothing else would have its turn.
 */
const DEEPEST = 8;

/** What the pipe asks and tells the run it belongs to. */
export interface PipeHost extends StageHost, CommitHost {
  readonly parts: RunParts;
  readonly end: CommitHost['end'] & {
    /** Says what the end is where a stage could not take the one before; it goes past the stages. */
    sayBroken(proposed: Proposal, thrown: unknown): Proposal;
    /** A stage threw over something that nobody awaits. */
    fail(thrown: unknown): void;
  };
}

/**
 * The mailbox of a run and the stages behind it: redact → gate → record → commit. One loop takes one message at a
 * time; where the backend answers later, what comes meanwhile goes out in the next group. Delivery happens inside
 * the loop and never waits, so what a subscriber emits in its callback is stored and delivered behind the event it
 * heard.
 */
export class RunPipe {
  readonly #host: PipeHost;
  /** Made when something has to wait: most runs never do. */
  #mailbox: Mailbox | undefined;
  readonly #commit: Commit;
  readonly #gate: GateStage;
  readonly #stages: Step<Proposal>;
  #isPumping = false;
  /** The end waits in the mailbox: what comes now would stand behind it. */
  #hasEnd = false;
  /** The end was taken from the mailbox. */
  #isClosed = false;
  #late = 0;
  /** Of the proposal that goes through the stages: what is said meanwhile, a policy says over it. */
  #depth: number | undefined;
  #waiting: Waiting[] | undefined;

  constructor(host: PipeHost) {
    const { services, settings } = host.parts;
    this.#host = host;
    this.#commit = new Commit(host);
    const recorded = recordStage(settings.record)(this.#commit);
    this.#gate = new GateStage(services.gate, host, recorded);
    this.#stages = redactStep<Proposal>(services.secrets, reworded)(this.#gate);
  }

  /** Goes on behind an event of another owner; `name` is this one's. */
  startAfter(last: RunEvent, name: string): void {
    this.#commit.startAfter(last, name);
  }

  /** Lets this process write. */
  get fence(): string | undefined {
    return this.#commit.fence;
  }

  /** Proposals that are not stored yet. */
  get depth(): number {
    return this.#mailbox?.depth ?? 0;
  }

  /** Statements that came behind the end and were dropped. */
  get late(): number {
    return this.#late;
  }

  /** Throws `MAILBOX_FULL` where so many statements, of so many characters, would not all find room. */
  checkRoom(events: number, bytes: number): void {
    this.#mailbox?.checkRoom(events, bytes);
  }

  /**
   * Takes a proposal, behind what waits or, with `ahead`, before it. Throws `MAILBOX_FULL` for statements, and
   * `POLICY_ERROR` for those of policies that go on and on.
   */
  put(said: Proposal, ahead = false): void {
    const proposal = this.#depth === undefined ? said : deeper(said, this.#depth);
    if (this.#isClosed || (this.#hasEnd && !ahead)) return this.#drop(proposal);
    if (proposal.final) this.#hasEnd = true;
    // While nothing is under way nothing waits.
    if (!this.#isPumping) return this.#pump(proposal);
    if (!this.#mailbox) {
      const { mailbox, eventBytes } = this.#host.parts.settings;
      this.#mailbox = new Mailbox(mailbox, eventBytes);
    }
    if (ahead) this.#mailbox.putAhead(proposal);
    else this.#mailbox.put(proposal);
  }

  /** The run ends, and no event will tell: policies hear of it all the same. */
  endUnsaid(end: Matter): void {
    this.#gate.hearEnd(end);
  }

  /** Takes nothing more; what was taken goes out, and with it text that was held back. */
  seal(): void {
    this.put({ type: 'flush', data: {}, at: 0, size: 0, fact: true, flush: true });
    this.#hasEnd = true;
  }

  /** Resolves when everything taken so far is stored or dropped, whatever comes meanwhile. */
  drained(): Promise<void> {
    if (!this.#isPumping) return Promise.resolve();
    const end = this.#mailbox?.end ?? 0;
    return new Promise(resolve => (this.#waiting ??= []).push({ end, resolve }));
  }

  #pump(first?: Proposal): void {
    this.#isPumping = true;
    let next = first;
    while (next || this.#mailbox?.isEmpty === false) {
      for (let taken = 0; taken < LARGEST_GROUP && !this.#isClosed; taken++) {
        const proposal = next ?? this.#mailbox?.take();
        next = undefined;
        if (!proposal) break;
        this.#pass(proposal);
      }
      const appended = this.#commit.flush();
      if (appended) {
        void appended.then(() => {
          this.#release(this.#mailbox?.taken ?? 0);
          this.#pump();
        });
        return;
      }
      if (this.#isClosed) this.#empty();
    }
    this.#isPumping = false;
    if (this.#waiting) this.#release(Infinity);
  }

  #release(stored: number): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = waiting.filter(({ end }) => end > stored);
    for (const { end, resolve } of waiting) if (end <= stored) resolve();
  }

  #pass(proposal: Proposal): void {
    if (proposal.final) return this.#passEnd(proposal);
    this.#depth = proposal.depth ?? 0;
    try {
      if (proposal.claim) return this.#commit.claim();
      if (proposal.flush) return this.#stages.complete();
      this.#stages.next(proposal);
    } catch (error) {
      if (proposal.receipt) proposal.receipt.fail(error);
      else this.#host.end.fail(error);
    } finally {
      this.#depth = undefined;
    }
  }

  /** A run must end, whatever its stages make of the end that was proposed. */
  #passEnd(proposal: Proposal): void {
    this.#isClosed = true;
    try {
      this.#stages.next(this.#host.end.say(proposal));
    } catch (error) {
      const end = this.#host.end.sayBroken(proposal, error);
      this.#gate.hearEnd(end);
      this.#commit.next(end);
    }
  }

  #empty(): void {
    const mailbox = this.#mailbox;
    for (let rest = mailbox?.take(); rest; rest = mailbox?.take()) this.#drop(rest);
  }

  #drop(proposal: Proposal): void {
    if (!proposal.fact) {
      this.#late++;
      this.#host.parts.listener.late();
    }
    proposal.receipt?.settle({ outcome: 'ended' });
  }
}

/** What a policy says over something of this depth. The run's own facts always find room. */
function deeper(said: Proposal, depth: number): Proposal {
  if (said.fact) return said;
  if (depth < DEEPEST) return { ...said, depth: depth + 1 };
  throw new SluiceError(
    'POLICY_ERROR',
    `${said.type}: expected policies to come to an end, got ${DEEPEST} statements, each made while the one before was ` +
      'judged or heard. A policy must not say what it is asked about, or hears: leave that out of its types or observes.',
    { details: { on: said.type } },
  );
}

interface Waiting {
  /** How many proposals are to be taken before. */
  readonly end: number;
  readonly resolve: () => void;
}
