import { isSluiceError } from '../../../errors/sluice-error.ts';
import type { Clock } from '../../../time/clock.ts';
import { randomName } from '../../../time/random-name.ts';
import { Sweep } from '../../../time/sweep.ts';
import type { BridgedEngine, BridgedRun, Note } from '../../bridge.ts';
import { PushDelivery } from './push-delivery.ts';
import { configIn, taskOf, taskPrefix, tenantPrefix, type PushTask } from './push-notes.ts';
import type { SealedText } from './sealed-text.ts';

/** How what is configured is delivered. */
export interface DeliveryRules {
  /** Addresses of this machine and of networks of its own may be named. */
  readonly allowsPrivate: boolean;
  readonly clock: Clock;
  readonly sealing: SealedText | undefined;
  /** Configurations of one tenant. */
  readonly perTenant: number;
}

type Engine = Pick<BridgedEngine, 'notes' | 'runs' | 'events'>;

interface Held {
  readonly note: Note;
  /** Absent where nothing is to be told: the task had ended before, or the note cannot be read. */
  readonly delivery: PushDelivery | undefined;
}

/** Configurations of one task. */
const MOST_OF_TASK = 16;
/** Milliseconds between looks for notes that nobody looks after, at the most. */
const LONGEST_LOOK = 5_000;
/** Milliseconds between looks whether the tasks of notes with nothing to tell still are. */
const LOOK_AGAIN = 60_000;

/**
 * The deliveries of one engine. What is configured is a note beside the runs, and whoever holds the note delivers: this
 * instance those that it was told of, and those of instances that went. Memory: a position for each note it holds.
 */
export class Deliveries {
  readonly #engine: Engine;
  readonly #rules: DeliveryRules;
  readonly #sweep: Sweep;
  readonly #holder = randomName(16);
  readonly #held = new Map<string, Held>();
  #isClosed = false;
  #checkedAt: number;

  constructor(engine: Engine, rules: DeliveryRules) {
    this.#engine = engine;
    this.#rules = rules;
    this.#sweep = new Sweep(rules.clock);
    this.#checkedAt = rules.clock.now();
  }

  /** Takes over what former instances left, now and from time to time. */
  begin(): void {
    void this.#look();
  }

  /** Leaves everything to other instances. */
  close(): void {
    this.#isClosed = true;
    this.#sweep.close();
    for (const { delivery } of this.#held.values()) delivery?.close();
    this.#held.clear();
    void (async () => this.#engine.notes.leave(this.#holder))().catch(() => undefined);
  }

  /** Writes a note, and delivers what comes behind its place. False where there are too many. */
  async put(note: Note, task: PushTask): Promise<boolean> {
    const limits = [
      { prefix: taskPrefix(task), most: MOST_OF_TASK },
      { prefix: tenantPrefix(task), most: this.#rules.perTenant },
    ];
    const full = await this.#engine.notes.put(note, { holder: this.#holder, limits });
    if (full !== undefined) return false;
    this.#adopt(note);
    return true;
  }

  /** Whether a tenant may configure more. */
  async hasRoom(tenantId: string): Promise<boolean> {
    return (await this.#engine.notes.count(tenantPrefix({ tenantId }))) < this.#rules.perTenant;
  }

  /** The notes of a task, whoever delivers them. */
  async list(task: PushTask): Promise<readonly Note[]> {
    return this.#engine.notes.list(taskPrefix(task));
  }

  async remove(name: string): Promise<void> {
    this.#drop(name);
    await this.#engine.notes.remove({ name });
  }

  async #look(): Promise<void> {
    const { notes } = this.#engine;
    if (this.#isClosed || notes.closed) return;
    try {
      for (let found = 1; found > 0 && !this.#isClosed;) {
        const given = await notes.hold(this.#holder);
        found = given.length;
        for (const note of given) this.#adopt(note);
      }
      await this.#forgetGone();
    } catch {
      // The storage is away; the next look may find it.
    }
    const wait = Math.min(LONGEST_LOOK, notes.lease / 3);
    this.#sweep.at(this.#rules.clock.now() + wait, () => void this.#look());
  }

  #adopt(note: Note): void {
    const task = taskOf(note.name);
    if (!task || this.#isClosed) return;
    this.#drop(note.name);
    const config = configIn(note, this.#rules.sealing);
    if (!config || note.at === '') return void this.#held.set(note.name, { note, delivery: undefined });
    const { clock, allowsPrivate } = this.#rules;
    const { runId, tenantId } = task;
    const delivery = new PushDelivery(config, note.at, {
      ...{ clock, sweep: this.#sweep, allowsPrivate },
      find: () => this.#find(task),
      read: () => this.#engine.events.read(runId, { tenantId }),
      move: async at => this.#engine.notes.move(note, this.#holder, at),
    });
    const held = { note, delivery };
    this.#held.set(note.name, held);
    void delivery
      .run()
      .then(async end => {
        if (this.#held.get(note.name) === held) this.#held.delete(note.name);
        // One that cannot be removed now is found by whoever holds it next, and ends there.
        if (end !== 'left') await this.#engine.notes.remove(note);
      })
      .catch(() => undefined);
  }

  #drop(name: string): void {
    this.#held.get(name)?.delivery?.close();
    this.#held.delete(name);
  }

  async #find({ runId, tenantId, epoch }: PushTask): Promise<BridgedRun | undefined> {
    try {
      const run = await this.#engine.runs.get(runId, { tenantId });
      return run.epoch === epoch ? run : undefined;
    } catch (error) {
      if (isSluiceError(error, 'RUN_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** Notes whose tasks have expired or were erased, and that no delivery would find. */
  async #forgetGone(): Promise<void> {
    const now = this.#rules.clock.now();
    if (now < this.#checkedAt + LOOK_AGAIN) return;
    this.#checkedAt = now;
    for (const { note, delivery } of [...this.#held.values()]) {
      if (delivery || (await this.#find(taskOf(note.name)!))) continue;
      this.#held.delete(note.name);
      await this.#engine.notes.remove(note);
    }
  }
}
