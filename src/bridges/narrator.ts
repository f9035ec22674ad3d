import { messageOf } from '../errors/error-text.ts';
import { isSluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import type { RunContext } from '../run/context.ts';
import type { Produced } from './produced.ts';

/** Events said before the narrator waits until they are stored. */
const MOST_UNSTORED = 256;

/**
 * Says in a run what a bridge reads elsewhere, in order. It waits for the store every 256 events and where the mailbox
 * is full, so that whoever awaits it reads no faster than the run is stored.
 */
export class Narrator {
  readonly #ctx: RunContext<unknown, never>;
  readonly #warned = new Set<string>();
  #unstored = 0;

  constructor(ctx: RunContext<never, never> | RunContext) {
    this.#ctx = ctx;
  }

  /**
   * What is too large loses its largest members; what the run does not take at all is a warning, once for each
   * type. Rejects with `STORAGE_LOST`.
   */
  async say(events: readonly Produced[]): Promise<void> {
    for (const event of events) {
      if (this.#isSaid(event)) continue;
      await this.#ctx.drained();
      this.#isSaid(event);
    }
    this.#unstored += events.length;
    if (this.#unstored < MOST_UNSTORED) return;
    this.#unstored = 0;
    await this.#ctx.drained();
  }

  /** False where the mailbox has no room. */
  #isSaid(event: Produced): boolean {
    try {
      this.#emit(event);
    } catch (error) {
      if (isSluiceError(error, 'MAILBOX_FULL')) return false;
      if (isSluiceError(error, 'EVENT_TOO_LARGE')) this.#emitLess(event);
      else this.#warn(event.type, error);
    }
    return true;
  }

  #emit({ type, data, node }: Produced): void {
    const ctx = this.#ctx as unknown as RunContext;
    const where = node === undefined ? undefined : { node };
    if (type !== 'token') return void ctx.emit(type as 'step', data as never, where);
    const { content, ...rest } = data;
    ctx.token(content as string, { ...rest, ...where });
  }

  #emitLess({ type, data, node }: Produced): void {
    const large = Object.entries(data).map(([name, value]) => [name, JSON.stringify(value).length] as const);
    const most = Math.max(...large.map(([, bytes]) => bytes));
    const less: JsonObject = Object.fromEntries(
      large.map(([name, bytes]) => [name, bytes * 2 > most ? { truncated: true, bytes } : data[name]!]),
    );
    try {
      this.#emit({ type, data: less, node });
    } catch (error) {
      this.#warn(type, error);
    }
  }

  #warn(type: string, error: unknown): void {
    if (this.#warned.has(type)) return;
    this.#warned.add(type);
    this.#ctx.warn(`an event of type ${type} was left out: ${messageOf(error)}`, {
      code: isSluiceError(error) ? error.code : 'BAD_EVENT',
    });
  }
}
