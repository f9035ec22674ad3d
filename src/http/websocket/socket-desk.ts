import type { RunSubscription } from '../../bridges/websocket/run-subscription.ts';
import { keyOf, runNotFound } from '../../engine/run-events.ts';
import { maskValue } from '../../secrets/mask-value.ts';
import type { Exchange } from '../exchange.ts';
import { clientAddress } from '../limits/client-address.ts';
import { problemFacts, type Problem } from '../problem.ts';
import type { Visit } from '../visits/visit.ts';
import type { Visits } from '../visits/visits.ts';
import type { ClientMessage } from './messages.ts';
import { DEFAULT_CREDIT } from './socket-protocol.ts';

export type SubscribeMessage = Extract<ClientMessage, { type: 'subscribe' }>;

/** A subscription, as its socket has it. */
export interface Subscribed {
  readonly subscription: RunSubscription;
  /** Where it begins. */
  readonly cursor: string;
  /** Frees it. To be called once. */
  readonly leave: () => void;
}

/** Opens the subscriptions of one socket: each is let in, counted and told of like a request for a stream. */
export class SocketDesk {
  readonly #exchange: Exchange;
  readonly #visits: Visits;
  readonly #visit: Visit;

  constructor(exchange: Exchange, visits: Visits, visit: Visit) {
    this.#exchange = exchange;
    this.#visits = visits;
    this.#visit = visit;
  }

  /** What was refused is a {@link Problem}. Never rejects. */
  async subscribe(message: SubscribeMessage): Promise<Subscribed | Problem> {
    const { engine } = this.#exchange;
    const visit = this.#visits.beginSubscription(this.#visit, message.runId);
    let leave: (() => void) | undefined;
    try {
      leave = await this.#enter(message.runId);
      const subscription = await this.#open(message);
      const cursor = await begun(subscription);
      const over = this.#visits.subscribed(visit, subscription);
      const freed = (): void => {
        subscription.close();
        leave?.();
        over();
      };
      return { subscription, cursor, leave: freed };
    } catch (error) {
      leave?.();
      const problem = { ...problemFacts(error), requestId: visit.id };
      this.#visits.refused(visit, problem);
      return maskValue(problem, engine.secrets).value as Problem;
    }
  }

  async #enter(runId: string): Promise<() => void> {
    const { principal, limits, request, settings } = this.#exchange;
    if (principal.runIds && !principal.runIds.includes(runId)) throw runNotFound(runId);
    return limits.enter(principal.tenantId, clientAddress(request, settings.limits.proxies));
  }

  async #open(message: SubscribeMessage): Promise<RunSubscription> {
    const { engine, tenantId, subscriptions } = this.#exchange;
    const { runId, id = runId, after = 'start', credit = DEFAULT_CREDIT } = message;
    const filter = message.filter === undefined ? undefined : String(message.filter);
    const reader = await engine.events.read(runId, { after, filter, tenantId });
    // Whoever is late may still hold the group of a run that was erased, and its bytes, when the id is used again.
    const { epoch } = await engine.runs.get(runId, { tenantId });
    const name = `${keyOf(runId, tenantId)} ${epoch} ${filter ?? ''}`;
    return subscriptions.open({ reader, name, id, position: String(after), credit });
  }
}

async function begun(subscription: RunSubscription): Promise<string> {
  try {
    return await subscription.begin();
  } catch (error) {
    subscription.close();
    throw error;
  }
}
