import { isThenable } from '../answer.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import { onAbort } from '../on-abort.ts';
import { attemptOf, isEnd, isFailure, isSuccess, runOf } from './subject-names.ts';
import { allOf } from './when-known.ts';

/**
 * How it went on with a call: it never began, since somebody else said no; it ended well or badly; its run ended around
 * it.
 */
export type CallEnd = 'refused' | 'succeeded' | 'failed' | 'ended';

/** What a ledger tells its policy, once for each entry. */
export type OnCallEnd<Held> = (
  held: Held,
  end: CallEnd,
  subject: Matter,
  context: ExecutionContext,
) => void | Promise<void>;

interface Entry<Held> {
  readonly held: Held;
  readonly runKey: string;
  readonly attempt: string;
  readonly opening: string;
  /** What a decision about it is told by: its call. */
  readonly callId: string | undefined;
  /** The same for what has no id of its own: name and node. */
  readonly title: string;
  hasBegun: boolean;
  /** How often it was asked about again while the decision before was not heard yet. */
  again: number;
  stopListening: () => void;
}

/** Entries of calls that may never begin, where nobody tells: a gate that is asked by itself. */
const MOST_WAITING = 10_000;

/** What a ledger has to hear. */
export const LEDGER_TYPES = ['node.*', 'tool.*', 'llm.*', 'control.decided'] as const;

/**
 * What a policy gave to calls, from its own yes until they end: by an ending, by a later policy's no, by the run's end.
 * It goes by what the run tells, which `observe` passes on; endings are in the order of their calls, so the oldest entry
 * of an attempt is the one that is meant. A decision names its call; where there is none, as with a node, it is known by
 * name and node. Memory: the calls under way, and 10,000 that never began.
 */
export class CallLedger<Held> {
  readonly #policy: string;
  readonly #onEnd: OnCallEnd<Held>;
  readonly #runs = new Map<string, Map<string, Entry<Held>[]>>();
  readonly #waiting = new Set<Entry<Held>>();

  constructor(policy: string, onEnd: OnCallEnd<Held>) {
    this.#policy = policy;
    this.#onEnd = onEnd;
  }

  /** Calls that have something. */
  get size(): number {
    let size = 0;
    for (const run of this.#runs.values()) for (const entries of run.values()) size += entries.length;
    return size;
  }

  /** Whether a call that is asked about has its entry already: a later policy wanted it to be asked again. */
  isHeld(subject: Matter, context: ExecutionContext): boolean {
    const attempt = attemptOf(subject);
    const entries = attempt === undefined ? undefined : this.#runs.get(runOf(context))?.get(attempt);
    const entry = entries?.find(({ hasBegun }) => !hasBegun);
    if (entry) entry.again++;
    return entry !== undefined;
  }

  /** Notes what a call is given. What has no id is not noted. */
  hold(subject: Matter, context: ExecutionContext, held: Held): void {
    const attempt = attemptOf(subject);
    if (attempt === undefined) return;
    // While the policy made up its mind, the call was given up.
    if (context.signal.aborted) return unheard(this.#onEnd(held, 'refused', subject, context));
    const runKey = runOf(context);
    const entry: Entry<Held> = {
      ...{ held, runKey, attempt, opening: subject.type, callId: callIdOf(subject), title: titleOf(subject) },
      ...{ hasBegun: false, again: 0 },
      stopListening: onAbort(context.signal, () => unheard(this.#end(entry, 'refused', subject, context))),
    };
    let run = this.#runs.get(runKey);
    if (!run) this.#runs.set(runKey, (run = new Map<string, Entry<Held>[]>()));
    const entries = run.get(attempt);
    if (entries) entries.push(entry);
    else run.set(attempt, [entry]);
    this.#waiting.add(entry);
    for (const oldest of this.#waiting) {
      if (this.#waiting.size <= MOST_WAITING) break;
      unheard(this.#end(oldest, 'refused', subject, context));
    }
  }

  /** Takes note of what happens in a run; for `observe`. */
  hear(subject: Matter, context: ExecutionContext): void | Promise<void> {
    const run = this.#runs.get(runOf(context));
    if (!run) return;
    if (isEnd(subject)) return this.#endRun(run, subject, context);
    if (subject.type === 'control.decided') return this.#hearDecision(run, subject, context);
    const attempt = attemptOf(subject);
    const entries = attempt === undefined ? undefined : run.get(attempt);
    if (!entries) return;
    if (isFailure(subject.type) || isSuccess(subject.type)) {
      const begun = entries.find(({ hasBegun }) => hasBegun);
      if (begun) return this.#end(begun, isFailure(subject.type) ? 'failed' : 'succeeded', subject, context);
    } else {
      const opened = entries.find(({ hasBegun, opening }) => !hasBegun && opening === subject.type);
      if (opened) this.#begin(opened);
    }
  }

  #hearDecision(
    run: ReadonlyMap<string, readonly Entry<Held>[]>,
    subject: Matter,
    context: ExecutionContext,
  ): void | Promise<void> {
    const { policy, on, subject: name } = subject.data;
    if (policy === this.#policy || typeof name !== 'string') return;
    const title = `${name} ${subject.node ?? ''}`;
    const callId = callIdOf(subject);
    for (const entries of run.values()) {
      const meant = entries.find(
        entry =>
          !entry.hasBegun &&
          entry.opening === on &&
          (callId === undefined ? entry.title === title : entry.callId === callId),
      );
      if (!meant) continue;
      if (meant.again > 0) return void meant.again--;
      return this.#end(meant, 'refused', subject, context);
    }
  }

  #endRun(
    run: ReadonlyMap<string, readonly Entry<Held>[]>,
    subject: Matter,
    context: ExecutionContext,
  ): void | Promise<void> {
    const entries = [...run.values()].flat();
    return allOf(
      entries.map(entry => this.#end(entry, entry.hasBegun ? 'ended' : 'refused', subject, context)),
    );
  }

  #begin(entry: Entry<Held>): void {
    entry.hasBegun = true;
    entry.stopListening();
    this.#waiting.delete(entry);
  }

  #end(entry: Entry<Held>, end: CallEnd, subject: Matter, context: ExecutionContext): void | Promise<void> {
    const { runKey, attempt, held } = entry;
    entry.stopListening();
    this.#waiting.delete(entry);
    const run = this.#runs.get(runKey);
    const rest = run?.get(attempt)?.filter(other => other !== entry) ?? [];
    if (rest.length > 0) run?.set(attempt, rest);
    else run?.delete(attempt);
    if (run?.size === 0) this.#runs.delete(runKey);
    return this.#onEnd(held, end, subject, context);
  }
}

/** A store that is away when nobody asks is told of by the next question. */
function unheard(later: void | Promise<void>): void {
  if (isThenable(later)) later.then(undefined, () => undefined);
}

/** As `control.decided` shows it. */
function callIdOf({ data }: Matter): string | undefined {
  const { callId } = data;
  return typeof callId === 'string' ? callId.slice(0, 256) : undefined;
}

/** As `control.decided` names what it is about. */
function titleOf({ data, node }: Matter): string {
  for (const word of [data['tool'], data['name'], data['model'], data['callId'], node]) {
    if (typeof word === 'string' && word !== '') return `${word.slice(0, 256)} ${node ?? ''}`;
  }
  return ` ${node ?? ''}`;
}
