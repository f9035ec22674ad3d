import { isSluiceError, SluiceError } from '../../../errors/sluice-error.ts';
import type { Clock } from '../../../time/clock.ts';
import { newId } from '../../../time/new-id.ts';
import { Sweep } from '../../../time/sweep.ts';
import type { BridgedRun, BridgeRequest } from '../../bridge.ts';
import { refuse } from '../refusal.ts';
import { birthOf } from '../tasks.ts';
import type { PushConfig, WantedPush } from './push-config.ts';
import { PushDelivery } from './push-delivery.ts';
import { checkAddress } from './safe-address.ts';

/** How updates are sent to where clients say. */
export interface PushRules {
  /** Whether there are push notifications at all. */
  readonly isOn: boolean;
  /** Addresses of this machine and of networks of its own may be named. */
  readonly allowsPrivate: boolean;
  readonly clock: Clock;
}

interface Kept {
  readonly config: PushConfig;
  readonly delivery: PushDelivery;
}

/** Configurations of one task, and of all tasks of one server. */
const MOST_OF_TASK = 16;
const MOST = 10_000;

/**
 * Who is told of which tasks by webhook. Configurations live in the process that was told of them, until their task ends
 * or nobody takes what is sent. Memory: 10,000 configurations.
 */
export class PushNotifications {
  readonly #rules: PushRules;
  readonly #sweep: Sweep;
  readonly #tasks = new Map<string, Map<string, Kept>>();
  #size = 0;

  constructor(rules: PushRules) {
    this.#rules = rules;
    this.#sweep = new Sweep(rules.clock);
  }

  get isOn(): boolean {
    return this.#rules.isOn;
  }

  /** Refuses a configuration that cannot be. Throws. */
  check(wanted: WantedPush | undefined): void {
    if (!wanted) return;
    if (!this.isOn) throw notSupported();
    for (const text of [wanted.token, wanted.authentication?.scheme, wanted.authentication?.credentials]) {
      if (text !== undefined && /[^\t\x20-\x7e\x80-\xff]/.test(text)) {
        throw refuse('INVALID_PARAMS', 'token, authentication: expected text that a header can carry.');
      }
    }
    try {
      checkAddress(wanted.url, this.#rules.allowsPrivate);
    } catch (error) {
      throw isSluiceError(error) ? refuse('INVALID_PARAMS', error.message) : error;
    }
  }

  /** Sends the updates behind `after` from now on; by default those that come. Rejects with what is refused. */
  async set(
    { engine, tenantId }: BridgeRequest,
    run: BridgedRun,
    wanted: WantedPush,
    after?: string,
  ): Promise<PushConfig> {
    this.check(wanted);
    const { runId } = run;
    const id = wanted.id || newId();
    const { url, token, authentication } = wanted;
    const config = {
      taskId: runId,
      id,
      url,
      ...(token && { token }),
      ...(authentication && { authentication }),
    };
    if (run.endedAt !== undefined && after === undefined) {
      throw refuse('UNSUPPORTED_OPERATION', `task ${runId} has ended: nothing will be sent.`, runId);
    }
    const from = after ?? (await engine.events.tip(runId, { tenantId })).cursor;
    const key = keyOf(run);
    const kept = this.#tasks.get(key) ?? new Map<string, Kept>();
    kept.get(id)?.delivery.close();
    if (kept.size >= MOST_OF_TASK || this.#size >= MOST) {
      throw new SluiceError(
        'TOO_MANY_REQUESTS',
        `task ${runId}: there are too many push notification configs.`,
      );
    }
    const delivery: PushDelivery = new PushDelivery(config, birthOf(run), {
      after: /\.0\.[^.]*$/.test(from) ? 'start' : from,
      host: {
        ...{ clock: this.#rules.clock, sweep: this.#sweep, allowsPrivate: this.#rules.allowsPrivate },
        read: () => engine.events.read(runId, { tenantId }),
        done: () => this.#forget(key, id, delivery),
      },
    });
    kept.set(id, { config, delivery });
    this.#tasks.set(key, kept);
    this.#size++;
    delivery.begin();
    return config;
  }

  /** Throws `TASK_NOT_FOUND` of A2A where there is none. */
  get(run: BridgedRun, id: string): PushConfig {
    this.#checkOn();
    const kept = this.#tasks.get(keyOf(run))?.get(id);
    if (kept) return kept.config;
    throw refuse('TASK_NOT_FOUND', `task ${run.runId}: there is no push notification config of this id.`);
  }

  list(run: BridgedRun): readonly PushConfig[] {
    this.#checkOn();
    return [...(this.#tasks.get(keyOf(run))?.values() ?? [])].map(({ config }) => config);
  }

  /** Ends it; one that is not there is ended already. */
  delete(run: BridgedRun, id: string): void {
    this.#checkOn();
    this.#tasks.get(keyOf(run))?.get(id)?.delivery.close();
  }

  #checkOn(): void {
    if (!this.isOn) throw notSupported();
  }

  #forget(key: string, id: string, delivery: PushDelivery): void {
    const kept = this.#tasks.get(key);
    if (kept?.get(id)?.delivery !== delivery) return;
    kept.delete(id);
    this.#size--;
    if (kept.size === 0) this.#tasks.delete(key);
  }
}

function keyOf({ tenantId, runId, epoch }: BridgedRun): string {
  return `${tenantId}/${runId}/${epoch}`;
}

function notSupported(): SluiceError {
  return refuse('PUSH_NOTIFICATION_NOT_SUPPORTED', 'Push notifications are off here.');
}
