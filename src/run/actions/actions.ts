import { decidedProposal, type Stopping } from '../../control/decided.ts';
import type { AskPerson, ExecutionContext, Matter } from '../../control/execution-context.ts';
import type { Gate } from '../../control/gate.ts';
import type { SluiceError } from '../../errors/sluice-error.ts';
import type { JsonObject } from '../../event/json.ts';
import type { Proposal, Receipt } from '../../event/proposal.ts';
import { maskValue, type TextMask } from '../../secrets/mask-value.ts';
import type { RunParts } from '../run-parts.ts';
import { NodePaths } from './node-paths.ts';
import { Place } from './place.ts';

/** What a call asks of the policies of its run. */
export type ActionGate = Pick<Gate, 'guards' | 'wantsRaw' | 'ask'>;

/** What the calls of a run need from it. */
export interface ActionHost {
  readonly parts: RunParts;
  readonly pipe: { put(proposal: Proposal): void };
  /** Why nothing can begin any more, if so. */
  readonly stopping: { readonly refusal: SluiceError | undefined };
  readonly work: { ask(question: string, options: AskPerson): Promise<unknown> };
}

/** Who is asking, and over what. */
export interface Asking {
  readonly wave: number | undefined;
  readonly attempt: number;
  /** Made when somebody asks for it. */
  readonly signal: AbortSignal;
  readonly error?: unknown;
}

/** What an event says. */
interface Said {
  readonly data: JsonObject;
  readonly size: number;
}

/** Where an event belongs. */
interface Where {
  readonly node: string | undefined;
  readonly cause: number | undefined;
}

const ENVELOPE_SIZE = 256;

/** The calls of one run: where they stand, what they are called, and how they are told. The run itself as a place. */
export class Actions extends Place {
  readonly host: ActionHost;
  readonly paths: NodePaths;
  /** Steps under way whose context is that of the code they called. */
  steps = 0;
  #calls = 0;
  #metadata: JsonObject | undefined;

  constructor(host: ActionHost) {
    super(undefined, undefined);
    this.host = host;
    const { identity, services } = host.parts;
    this.paths = new NodePaths(services.secrets);
    this.#metadata = maskValue(identity.metadata, services.secrets).value as JsonObject | undefined;
  }

  get gate(): ActionGate {
    return this.host.parts.services.gate;
  }

  get runId(): string {
    return this.host.parts.identity.runId;
  }

  get secrets(): TextMask {
    return this.host.parts.services.secrets;
  }

  /** Largest event, in bytes of its JSON. */
  get eventBytes(): number {
    return this.host.parts.settings.eventBytes;
  }

  /** Unique among the runs of all engines, also when the events of one are mirrored into another. */
  newCallId(): string {
    return `${this.host.parts.identity.epoch}-${++this.#calls}`;
  }

  /** A reading of a clock that only grows, in milliseconds. */
  monotonic(): number {
    const { clock } = this.host.parts.services;
    return clock.monotonic ? clock.monotonic() : clock.now();
  }

  /** Milliseconds, to the microsecond. */
  durationSince(reading: number): number {
    return Math.max(0, Math.round((this.monotonic() - reading) * 1_000) / 1_000);
  }

  /** Calls `ring` after so many milliseconds. Returns what stops it. */
  after(ms: number, ring: () => void): () => void {
    const { clock, sweep } = this.host.parts.services;
    return sweep.at(clock.now() + ms, ring, { keepAlive: true });
  }

  /** Tells that something begins. Not a fact: a full mailbox refuses it with `MAILBOX_FULL`. */
  begin(type: string, said: Said, where: Where & { readonly receipt: Receipt }): void {
    this.#put(type, said, where, undefined);
  }

  /** Tells how something ended, which always finds room. */
  tell(type: string, said: Said, where: Where): void {
    this.#put(type, said, where, true);
  }

  #put(
    type: string,
    { data, size }: Said,
    { node, cause, receipt }: Where & { readonly receipt?: Receipt | undefined },
    fact: true | undefined,
  ): void {
    this.host.pipe.put({
      type,
      data,
      at: this.host.parts.services.clock.now(),
      size: size + ENVELOPE_SIZE,
      source: 'agent',
      node,
      cause,
      metadata: undefined,
      final: undefined,
      fact,
      receipt,
    });
  }

  /** The subject as policies may see it. */
  masked(subject: Matter): Matter {
    const data = maskValue(subject.data, this.host.parts.services.secrets).value as JsonObject;
    return data === subject.data ? subject : { ...subject, data };
  }

  contextOf(raw: Matter, asking: Asking): ExecutionContext {
    const { runId, tenantId, threadId } = this.host.parts.identity;
    return {
      ...{ runId, tenantId, threadId, node: raw.node, wave: asking.wave, attempt: asking.attempt },
      metadata: this.#metadata,
      get signal() {
        return asking.signal;
      },
      error: asking.error,
      raw: this.gate.wantsRaw(raw.type) ? raw : undefined,
      ask: (question, options = {}) => this.host.work.ask(question, options),
    };
  }

  /** Tells what was decided. */
  decided(
    decision: Stopping,
    subject: Matter,
    how: { readonly cause: number | undefined; readonly omitsValue?: boolean },
  ): void {
    const at = this.host.parts.services.clock.now();
    this.host.pipe.put(decidedProposal(decision, subject, { at, ...how }));
  }
}
