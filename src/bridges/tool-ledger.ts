import type { RunContext } from '../run/context.ts';

/** Which calls of tools were told by their gates already, so that nobody tells them twice. One run has one. */
export class ToolLedger {
  readonly #tools = new Set<string>();
  readonly #calls = new Map<string, number>();

  /**
   * Notes a call, and returns its id in the events: a framework that goes on after a question makes the same call
   * again, and events of calls are told apart by it.
   */
  note(tool: string, callId: string | undefined): string | undefined {
    this.#tools.add(tool);
    if (callId === undefined) return undefined;
    const count = (this.#calls.get(callId) ?? 0) + 1;
    this.#calls.set(callId, count);
    return count === 1 ? callId : `${callId}#${count}`;
  }

  /** Whether the events of a call are those of its gate; of one without an id, whether those of its tool are. */
  has(tool: unknown, callId: unknown): boolean {
    const isNamed = typeof callId === 'string' && callId !== '';
    return isNamed ? this.#calls.has(callId) : this.#tools.has(String(tool));
  }
}

/** Those of the runs at work in bridges; an entry lives as long as the call of {@link withLedger}. */
const ledgers = new Map<string, ToolLedger>();

/** The ledger of a run, if a bridge is at work in it. */
export function ledgerOf(run: Pick<RunContext, 'tenantId' | 'runId'>): ToolLedger | undefined {
  return ledgers.get(keyOf(run));
}

/** Keeps a ledger for a run while `work` goes on. */
export async function withLedger<Result>(
  run: Pick<RunContext, 'tenantId' | 'runId'>,
  work: (ledger: ToolLedger) => Promise<Result>,
): Promise<Result> {
  const key = keyOf(run);
  const open = ledgers.get(key);
  if (open) return work(open);
  const ledger = new ToolLedger();
  ledgers.set(key, ledger);
  try {
    return await work(ledger);
  } finally {
    ledgers.delete(key);
  }
}

function keyOf({ tenantId, runId }: Pick<RunContext, 'tenantId' | 'runId'>): string {
  return `${tenantId}/${runId}`;
}
