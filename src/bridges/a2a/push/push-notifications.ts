import { isSluiceError, SluiceError } from '../../../errors/sluice-error.ts';
import { newId } from '../../../time/new-id.ts';
import type { BridgedEngine, BridgedRun, BridgeRequest, Notes } from '../../bridge.ts';
import { refuse } from '../refusal.ts';
import { Deliveries, type DeliveryRules } from './deliveries.ts';
import { shownConfig, type PushConfig, type WantedPush } from './push-config.ts';
import { configIn, noteName, noteOf } from './push-notes.ts';
import { checkAddress } from './safe-address.ts';

/** How updates are sent to where clients say. */
export interface PushRules extends DeliveryRules {
  /** Whether there are push notifications at all. */
  readonly isOn: boolean;
}

type Shown = ReturnType<typeof shownConfig>;

/**
 * Who is told of which tasks by webhook. What is configured lives where the runs live, until the task ends, it is
 * deleted, or nobody takes what is sent; a configuration of a task that has ended goes with the task.
 */
export class PushNotifications {
  readonly #rules: PushRules;
  /** Each engine has notes of its own, and a bridge may serve several. */
  readonly #deliveries = new Map<Notes, Deliveries>();

  constructor(rules: PushRules) {
    this.#rules = rules;
  }

  get isOn(): boolean {
    return this.#rules.isOn;
  }

  /** Goes on with what former instances left. Returns what ends that. */
  begin(engine: BridgedEngine): () => void {
    if (!this.isOn) return () => undefined;
    const { notes } = engine;
    const deliveries = this.#of(engine);
    return () => {
      deliveries.close();
      if (this.#deliveries.get(notes) === deliveries) this.#deliveries.delete(notes);
    };
  }

  /** Refuses a configuration that cannot be. Throws. */
  check({ engine }: Pick<BridgeRequest, 'engine'>, wanted: WantedPush | undefined): void {
    if (!wanted) return;
    this.#checkOn();
    const { token, url, id, authentication } = wanted;
    const secrets = [token, authentication?.scheme, authentication?.credentials];
    for (const text of secrets) {
      if (text !== undefined && /[^\t\x20-\x7e\x80-\xff]/.test(text)) {
        throw refuse('INVALID_PARAMS', 'token, authentication: expected text that a header can carry.');
      }
    }
    if (
      !this.#rules.sealing &&
      [url, id, ...secrets].some(text => text && engine.secrets.mask(text) !== text)
    ) {
      throw refuse(
        'INVALID_PARAMS',
        'taskPushNotificationConfig: it has a secret of this server, which stores none in clear (push.secret seals it).',
      );
    }
    try {
      checkAddress(url, this.#rules.allowsPrivate);
    } catch (error) {
      throw isSluiceError(error) ? refuse('INVALID_PARAMS', error.message) : error;
    }
  }

  /** The same for one that is made with a task: refused before there is a task. Rejects. */
  async checkFirst(request: BridgeRequest, wanted: WantedPush | undefined): Promise<void> {
    this.check(request, wanted);
    if (wanted && !(await this.#of(request.engine).hasRoom(request.tenantId))) throw tooMany('this tenant');
  }

  /** Sends the updates behind `after` from now on; by default those that come. Rejects with what is refused. */
  async set(request: BridgeRequest, run: BridgedRun, wanted: WantedPush, after?: string): Promise<Shown> {
    this.check(request, wanted);
    const { engine, tenantId } = request;
    const { runId } = run;
    const { url, token, authentication } = wanted;
    const config: PushConfig = {
      ...{ taskId: runId, id: wanted.id || newId(), url },
      ...(token && { token }),
      ...(authentication && { authentication }),
    };
    const at =
      after ?? (run.endedAt === undefined ? (await engine.events.tip(runId, { tenantId })).cursor : '');
    const note = noteOf(run, config, {
      at: at === 'start' ? `${run.epoch}.0.0` : at,
      sealing: this.#rules.sealing,
    });
    if (!(await this.#of(engine).put(note, run))) {
      throw tooMany(`task ${runId}, or its tenant`);
    }
    return this.#shown(engine, config);
  }

  /** Rejects with `TASK_NOT_FOUND` of A2A where there is none. */
  async get({ engine }: BridgeRequest, run: BridgedRun, id: string): Promise<Shown> {
    const found = (await this.#configs(engine, run)).find(config => config.id === id);
    if (found) return this.#shown(engine, found);
    throw refuse('TASK_NOT_FOUND', `task ${run.runId}: there is no push notification config of this id.`);
  }

  async list({ engine }: BridgeRequest, run: BridgedRun): Promise<readonly Shown[]> {
    return (await this.#configs(engine, run)).map(config => this.#shown(engine, config));
  }

  /** Ends it; one that is not there is ended already. */
  async delete({ engine }: BridgeRequest, run: BridgedRun, id: string): Promise<void> {
    this.#checkOn();
    await this.#of(engine).remove(noteName(run, id));
  }

  async #configs(engine: BridgedEngine, run: BridgedRun): Promise<readonly PushConfig[]> {
    this.#checkOn();
    const notes = await this.#of(engine).list(run);
    return notes.flatMap(note => configIn(note, this.#rules.sealing) ?? []);
  }

  #shown({ secrets }: BridgedEngine, config: PushConfig): Shown {
    return shownConfig(config, text => secrets.mask(text));
  }

  #of(engine: BridgedEngine): Deliveries {
    const { notes } = engine;
    const known = this.#deliveries.get(notes);
    if (known) return known;
    for (const other of this.#deliveries.keys()) if (other.closed) this.#deliveries.delete(other);
    const deliveries = new Deliveries(engine, this.#rules);
    this.#deliveries.set(notes, deliveries);
    deliveries.begin();
    return deliveries;
  }

  #checkOn(): void {
    if (!this.isOn) throw refuse('PUSH_NOTIFICATION_NOT_SUPPORTED', 'Push notifications are off here.');
  }
}

function tooMany(whose: string): SluiceError {
  return new SluiceError(
    'TOO_MANY_REQUESTS',
    `${whose}: there are too many push notification configs. Delete some.`,
  );
}
