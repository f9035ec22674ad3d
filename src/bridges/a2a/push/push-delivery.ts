import { isSluiceError } from '../../../errors/sluice-error.ts';
import { parseCursor } from '../../../event/cursor.ts';
import type { Entry } from '../../../event/entry.ts';
import { isNotice, type Notice } from '../../../event/notice.ts';
import type { RunReader } from '../../../run/reader.ts';
import type { Clock } from '../../../time/clock.ts';
import { fullJitter } from '../../../time/full-jitter.ts';
import type { Sweep } from '../../../time/sweep.ts';
import type { BridgedRun } from '../../bridge.ts';
import { TaskFold } from '../task-fold.ts';
import { birthOf } from '../tasks.ts';
import type { A2aStreamResponse } from '../wire.ts';
import { post } from './post.ts';
import type { PushConfig } from './push-config.ts';

/** What a delivery needs of its server. */
export interface DeliveryHost {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly allowsPrivate: boolean;
  /** The task, if it is there in this life. */
  readonly find: () => Promise<BridgedRun | undefined>;
  /** A reader of the run that stands before its first event. */
  readonly read: () => Promise<RunReader>;
  /** Notes how far it has got; whether the delivery still is this instance's. */
  readonly move: (at: string) => Promise<boolean>;
}

/**
 * Why a delivery is over. `ended`: the task has, and all was told · `dropped`: nobody takes what is sent · `gone`: the task
 * is no more · `left`: it is another instance's, or was closed.
 */
export type DeliveryEnd = 'ended' | 'dropped' | 'gone' | 'left';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** So many failures of one notification in a row; then nobody is there, and the configuration is dropped. */
const MOST_TRIES = 12;

/**
 * Sends the updates of one task to one address, each in its turn: what was not taken is sent again, and nothing overtakes
 * it. At least once: where it has got is noted before the next one is sent. Memory: a position, and one page.
 */
export class PushDelivery {
  readonly #config: PushConfig;
  readonly #host: DeliveryHost;
  /** The cursor of the last event that was told. */
  #at: string;
  #reader: RunReader | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;
  #isRung = false;

  /** Updates behind the cursor `at` are sent. */
  constructor(config: PushConfig, at: string, host: DeliveryHost) {
    this.#config = config;
    this.#host = host;
    this.#at = at;
  }

  /** Delivers until the end; waits while the storage is away. Never rejects. */
  async run(): Promise<DeliveryEnd> {
    for (let failures = 0; ; failures++) {
      try {
        const end = await this.#deliver();
        if (end) return end;
      } catch (error) {
        if (isSluiceError(error, 'RUN_NOT_FOUND')) return 'gone';
      } finally {
        this.#reader?.close();
      }
      if (!this.#isOver) await this.#pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures));
      if (this.#isOver) return 'left';
    }
  }

  close(): void {
    this.#isOver = true;
    this.#reader?.close();
    this.#wake?.();
  }

  async #deliver(): Promise<DeliveryEnd | undefined> {
    const run = await this.#host.find();
    if (!run) return 'gone';
    const fold = new TaskFold(birthOf(run));
    const reader = (this.#reader = await this.#host.read());
    const unwatch = reader.watch(() => {
      this.#isRung = true;
      this.#wake?.();
    });
    try {
      while (!this.#isOver) {
        this.#isRung = false;
        const { items, state } = await reader.read();
        for (const item of items) {
          const end = await this.#tell(item, fold);
          if (end) return end;
        }
        if (state === 'end') return 'ended';
        if (state !== 'tip' || this.#isRung) continue;
        if (!(await this.#isMine())) return 'left';
        if (!this.#isRung) await this.#rung();
      }
    } finally {
      unwatch();
    }
    return 'left';
  }

  async #tell(item: Entry | Notice, fold: TaskFold): Promise<DeliveryEnd | undefined> {
    if (isNotice(item)) return this.#note(item, fold);
    const { seq } = parseCursor(this.#at);
    const responses = fold.add(item.event);
    if (item.event.seq < seq) return undefined;
    if (item.event.seq > seq) return this.#send(responses, item.cursor);
    // A failover gave the number to another event: what was told is void.
    return item.cursor === this.#at ? undefined : this.#send([{ task: fold.task() }], item.cursor);
  }

  async #note(notice: Notice, fold: TaskFold): Promise<DeliveryEnd | undefined> {
    const responses = fold.add(notice);
    const { epoch, seq } = parseCursor(this.#at);
    if (notice.notice === 'degraded') return undefined;
    if (notice.notice === 'gap') {
      return notice.to > seq ? this.#send(responses, notice.cursor) : undefined;
    }
    if (notice.reason === 'gone' || notice.reason === 'epoch') return 'gone';
    return this.#send(responses, `${epoch}.0.0`);
  }

  async #send(responses: readonly A2aStreamResponse[], at: string): Promise<DeliveryEnd | undefined> {
    for (const response of responses) {
      if (!(await this.#isMine())) return 'left';
      const end = await this.#post(response);
      if (end) return end;
    }
    this.#at = at;
    return undefined;
  }

  /** Asked before each notification: one that was deleted, or is another instance's, says nothing more. */
  async #isMine(): Promise<boolean> {
    return !this.#isOver && (await this.#host.move(this.#at));
  }

  async #post(response: A2aStreamResponse): Promise<DeliveryEnd | undefined> {
    const { url } = this.#config;
    const notification = { url, headers: headersOf(this.#config), body: JSON.stringify(response) };
    for (let tries = 1; !this.#isOver; tries++) {
      const receipt = await post(notification, this.#host.allowsPrivate);
      if (receipt === 'taken') return undefined;
      if (receipt === 'refused' || tries === MOST_TRIES) return 'dropped';
      await this.#pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)));
      // A try may be long after the one before.
      if (!(await this.#isMine())) return 'left';
    }
    return 'left';
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
