import type { RunReader } from '../../../run/reader.ts';
import type { ReadStep } from '../../../run/reader.ts';
import { isNotice } from '../../../event/notice.ts';
import { fullJitter } from '../../../time/full-jitter.ts';
import type { Sweep } from '../../../time/sweep.ts';
import type { Clock } from '../../../time/clock.ts';
import { TaskFold, type TaskBirth } from '../task-fold.ts';
import type { A2aStreamResponse } from '../wire.ts';
import { post, type Receipt } from './post.ts';
import type { PushConfig } from './push-config.ts';

/** What a delivery needs of its server. */
export interface DeliveryHost {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly allowsPrivate: boolean;
  /** A reader of the run that stands before its first event. */
  readonly read: () => Promise<RunReader>;
  /** Told once, when nothing will be sent any more. */
  readonly done: () => void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** So many failures of one notification in a row; then nobody is there, and the configuration is dropped. */
const MOST_TRIES = 12;

/**
 * Sends the updates of one task to one address, each in its turn: what was not taken is sent again, and nothing overtakes
 * it. At least once. Ends behind the end of the task. Memory: a position, and one page.
 */
export class PushDelivery {
  readonly #config: PushConfig;
  readonly #host: DeliveryHost;
  readonly #fold: TaskFold;
  readonly #after: string;
  #reader: RunReader | undefined;
  #isOver = false;
  #isTold = false;
  #wake: (() => void) | undefined;
  #isRung = false;

  /** `after`: updates behind this cursor are sent, `start` for all. */
  constructor(
    config: PushConfig,
    birth: TaskBirth,
    { after, host }: { readonly after: string; readonly host: DeliveryHost },
  ) {
    this.#config = config;
    this.#host = host;
    this.#fold = new TaskFold(birth);
    this.#after = after;
  }

  /** Begins; never rejects. */
  begin(): void {
    this.#isTold = this.#after === 'start';
    this.#deliver()
      .catch(() => undefined)
      .finally(() => this.close());
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader?.close();
    this.#wake?.();
    this.#host.done();
  }

  async #deliver(): Promise<void> {
    const reader = (this.#reader = await this.#host.read());
    const unwatch = reader.watch(() => {
      this.#isRung = true;
      this.#wake?.();
    });
    try {
      while (!this.#isOver) {
        this.#isRung = false;
        const step = await reader.read();
        if (!(await this.#sendAll(step)) || step.state === 'end') return;
        if (step.state === 'tip' && !this.#isRung) await this.#rung();
      }
    } finally {
      unwatch();
    }
  }

  async #sendAll({ items }: ReadStep): Promise<boolean> {
    for (const item of items) {
      const responses = this.#fold.add(isNotice(item) ? item : item.event);
      const isBefore = !this.#isTold;
      if (!isNotice(item) && item.cursor === this.#after) this.#isTold = true;
      if (isBefore) continue;
      for (const response of responses) if (!(await this.#send(response))) return false;
    }
    return true;
  }

  async #send(response: A2aStreamResponse): Promise<boolean> {
    const { url } = this.#config;
    const notification = { url, headers: headersOf(this.#config), body: JSON.stringify(response) };
    for (let tries = 1; !this.#isOver; tries++) {
      const receipt: Receipt = await post(notification, this.#host.allowsPrivate);
      if (receipt === 'taken') return true;
      if (receipt === 'refused' || tries === MOST_TRIES) return false;
      await this.#pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)));
    }
    return false;
  }

  #pause(longest: number): Promise<void> {
    const { clock, sweep } = this.#host;
    const wait = longest / 2 + fullJitter(longest / 2);
    return new Promise(resolve => {
      const cancel = sweep.at(clock.now() + wait, resolve);
      this.#wake = () => {
        if (!this.#isOver) return;
        cancel();
        resolve();
      };
    });
  }

  #rung(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

function headersOf({ token, authentication }: PushConfig): Record<string, string> {
  return {
    'content-type': 'application/a2a+json',
    'a2a-version': '1.0',
    ...(token !== undefined && { 'x-a2a-notification-token': token }),
    ...(authentication && {
      authorization: `${authentication.scheme} ${authentication.credentials ?? ''}`.trim(),
    }),
  };
}
