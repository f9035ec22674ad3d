import { isSluiceError } from '../../errors/sluice-error.ts';
import type { JsonObject } from '../../event/json.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { Proposal } from '../../event/proposal.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { Actions } from './actions.ts';
import type { Place } from './place.ts';

/** What a run says of its own life; questions are answered where they were asked. */
const OWN: ReadonlySet<string> = new Set(['started', 'complete', 'cancelled', 'status', 'ask', 'answer']);
const LONGEST_PATH = 512;
const ENVELOPE_SIZE = 512;

/**
 * Says again in one run what was said in another, under a path of its own. They are proposals like any other: masked,
 * judged and numbered where they come to. `metadata.mirrored` tells the run and seq they come from. What a full mailbox
 * refuses, or retention took, is counted and told in a warning at the end.
 */
export class EventMirror {
  readonly #actions: Actions;
  readonly #path: string;
  readonly #free: () => void;
  #runId = '';
  #lost = 0;
  #isClosed = false;

  constructor(actions: Actions, around: Place, name: string) {
    this.#actions = actions;
    const { path, free } = actions.paths.take(around.path, name);
    this.#path = path;
    this.#free = free;
  }

  next(item: RunEvent | Notice): void {
    if (isNotice(item)) {
      if (item.notice === 'gap') this.#lost += item.to - item.from + 1;
      return;
    }
    this.#runId = item.runId;
    if (item.final || OWN.has(item.type)) return;
    const { type, data, source, cause, runId, seq } = item;
    const origin: JsonObject = { runId, seq, ...(cause !== undefined && { cause }) };
    this.#say(type, data, {
      node: this.#below(item.node),
      source,
      // What was mirrored into that run already still names where it was said first.
      metadata: { mirrored: origin, ...item.metadata },
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#free();
    if (this.#lost === 0) return;
    const message = `${this.#lost} events of run ${this.#runId} could not be mirrored; read them there.`;
    const data = { code: 'WARNING', message, recoverable: true };
    // A fact, since the mailbox may still be full.
    this.#say('error', data, { node: this.#path, source: 'runtime', fact: true });
  }

  #below(node: string | undefined): string {
    if (node === undefined) return this.#path;
    const path = `${this.#path}/${node}`;
    return path.length <= LONGEST_PATH ? path : this.#path;
  }

  #say(type: string, data: JsonObject, where: Pick<Proposal, 'source' | 'node' | 'metadata' | 'fact'>): void {
    const { pipe, parts } = this.#actions.host;
    const size = JSON.stringify(data).length + JSON.stringify(where.metadata ?? null).length + ENVELOPE_SIZE;
    try {
      pipe.put({ type, data, at: parts.services.clock.now(), size, ...where });
    } catch (error) {
      if (!isSluiceError(error, 'MAILBOX_FULL')) throw error;
      this.#lost++;
    }
  }
}
