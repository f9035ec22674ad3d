import {
  type AppendResult,
  type Backend,
  type Batch,
  type Claim,
  type Command,
  type CommandOutcome,
  type Directory,
  type Log,
  type RunKey,
  type TakenCommand,
} from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { SluiceError } from '../../src/errors/sluice-error.ts';
import type { ManualClock } from '../../src/testing/manual-clock.ts';

/** What a fault of a shared store breaks. */
export interface SharedFaults {
  readonly noFence?: boolean;
  readonly fenceBeforeDuplicate?: boolean;
  readonly claimAnything?: boolean;
  readonly forceNothing?: boolean;
  readonly freesNothing?: boolean;
  readonly hidesCancel?: boolean;
  readonly ignoreCancel?: boolean;
  readonly takesTwice?: boolean;
  readonly takesAny?: boolean;
  readonly saysNothing?: boolean;
  readonly neverOver?: boolean;
  readonly neverFull?: boolean;
  readonly fullForAll?: boolean;
  readonly ownStoreEach?: boolean;
  readonly losesAll?: boolean;
}

/** A store that several processes share, as the simplest thing that can sit the laws: one memory, many views. */
export class SharedStore {
  readonly #clock: ManualClock;
  readonly #faults: SharedFaults;
  #inner: Backend;
  readonly #owners = new Map<RunKey, { readonly fence: number; readonly instance: string }>();
  readonly #instances = new Set<string>();
  readonly #cancels = new Map<RunKey, Extract<Command, { command: 'cancel' }>>();
  readonly #batches = new Set<string>();
  readonly #waiting = new Map<RunKey, TakenCommand[]>();
  readonly #known = new Set<string>();
  readonly #said = new Map<string, CommandOutcome>();

  constructor(clock: ManualClock, faults: SharedFaults = {}) {
    this.#clock = clock;
    this.#faults = faults;
    this.#inner = memoryBackend({ clock });
  }

  /** One process. */
  open(): Backend {
    if (this.#faults.ownStoreEach) this.#inner = memoryBackend({ clock: this.#clock });
    const inner = this.#inner;
    let closed = false;
    let instance = '';
    const guarded = <T extends Log | Directory>(part: T): T =>
      new Proxy(part, {
        get: (target, name) => {
          if (closed) throw new SluiceError('STORAGE_LOST', 'shared store: this process closed it.');
          return (Reflect.get(target, name) as () => unknown).bind(target);
        },
      });
    return {
      flags: { durable: true, shared: true, chained: false },
      log: guarded({
        append: (key, batch) => this.#append(inner, key, batch),
        read: (key, query) => inner.log.read(key, query),
        watch: (key, ring) => inner.log.watch(key, ring),
        trim: (key, seq) => inner.log.trim(key, seq),
      }),
      directory: guarded(inner.directory),
      lease: {
        join: name => {
          instance = name;
          this.#instances.add(name);
          const leave = () => void this.#instances.delete(name);
          return { renew: () => this.#instances.has(name), leave };
        },
        claim: (key, { force = false } = {}) => this.#claim(key, instance, force),
        free: key => this.#free(key, instance),
        dead: () => this.#dead(),
      },
      commands: {
        send: (key, command, id) => this.#send(key, command, id),
        take: name => this.#take(name),
        settle: (key, id, outcome) =>
          void (this.#faults.saysNothing || this.#said.set(`${key} ${id}`, outcome)),
        outcome: async (key, id) => this.#said.get(`${key} ${id}`) ?? (await this.#isOpen(inner, key)),
      },
      close: async () => {
        closed = true;
        this.#instances.delete(instance);
        if (this.#faults.losesAll) this.#inner = memoryBackend({ clock: this.#clock });
      },
    };
  }

  #claim(key: RunKey, instance: string, force: boolean): Claim | 'held' {
    const { claimAnything, forceNothing, hidesCancel } = this.#faults;
    const owner = this.#owners.get(key);
    const isOurs = owner?.instance === instance;
    const isHeld = owner && !isOurs && this.#instances.has(owner.instance) && !claimAnything;
    if (isHeld && (!force || forceNothing)) return 'held';
    const fence = isOurs ? owner.fence : (owner?.fence ?? 0) + 1;
    this.#owners.set(key, { fence, instance });
    const cancel = hidesCancel ? undefined : this.#cancels.get(key);
    return { fence: String(fence), ...(cancel && { cancel: { reason: cancel.reason } }) };
  }

  #send(key: RunKey, command: Command, id: string): void {
    const { takesTwice, neverFull, fullForAll } = this.#faults;
    const waiting = this.#waiting.get(key) ?? [];
    const isKnown = this.#known.has(`${key} ${id}`) && !takesTwice;
    const isFull = waiting.length >= 20 && !neverFull;
    if (isFull && !isKnown && (command.command !== 'cancel' || fullForAll))
      throw new SluiceError('COMMANDS_FULL', 'shared store: expected fewer commands to wait.');
    if (command.command === 'cancel') this.#cancels.set(key, command);
    if (isKnown) return;
    this.#known.add(`${key} ${id}`);
    this.#waiting.set(key, [...waiting, { key, id, command }]);
  }

  #take(instance: string): readonly TakenCommand[] {
    const keys = [...this.#waiting.keys()].filter(
      key => this.#owners.get(key)?.instance === instance || this.#faults.takesAny,
    );
    const taken = keys.flatMap(key => this.#waiting.get(key)!);
    for (const key of keys) this.#waiting.delete(key);
    return taken;
  }

  async #isOpen(inner: Backend, key: RunKey): Promise<'ended' | undefined> {
    const page = await inner.log.read(key, { after: 0, limit: 0 });
    return page.result === 'page' && (!page.closed || this.#faults.neverOver) ? undefined : 'ended';
  }

  #dead(): readonly { readonly instance: string; readonly keys: readonly RunKey[] }[] {
    const keys = [...this.#owners].flatMap(([key, { instance }]) =>
      this.#instances.has(instance) ? [] : [key],
    );
    return [{ instance: 'nobody', keys }];
  }

  #free(key: RunKey, instance: string): void {
    const owner = this.#owners.get(key);
    if (owner?.instance !== instance || this.#faults.freesNothing) return;
    this.#owners.set(key, { fence: owner.fence + 1, instance: 'nobody' });
  }

  #append(inner: Backend, key: RunKey, batch: Batch): AppendResult {
    const repeated = this.#batches.has(batch.id) && !this.#faults.fenceBeforeDuplicate;
    const fenced = Number(batch.fence) < (this.#owners.get(key)?.fence ?? 0) && !this.#faults.noFence;
    if (fenced && !repeated && inner.directory.get(key)) return { result: 'fenced' };
    const cancel = this.#cancels.get(key);
    if (cancel && batch.end && batch.end !== 'cancelled' && !repeated && !this.#faults.ignoreCancel) {
      return { result: 'cancelRequested', reason: cancel.reason };
    }
    this.#batches.add(batch.id);
    return inner.log.append(key, batch) as AppendResult;
  }
}
