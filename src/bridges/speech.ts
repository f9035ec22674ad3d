import { OpenThings, type OpenTable } from './open-things.ts';
import type { Texts } from './texts.ts';

/** What is said of one run in the words of another system, and what is open by it. */
export abstract class Speech<Said extends { readonly type: string }> {
  abstract readonly texts: Texts;
  readonly #open: OpenThings<Said>;
  #said: Said[] = [];

  constructor(table: OpenTable<Said>) {
    this.#open = new OpenThings(table);
  }

  /** What is open now. */
  get open(): OpenThings<Said> {
    return this.#open;
  }

  /** Whether it was said that the run goes on, and not yet that it ends or waits. */
  get isRunning(): boolean {
    return this.#open.isRunning;
  }

  /** How much was said since the last {@link take}. */
  get length(): number {
    return this.#said.length;
  }

  say(said: Said): void {
    this.#open.note(said);
    this.#said.push(said);
  }

  /** Says what neither opens nor closes anything, or opens what the next one closes. */
  protected sayAlone(said: Said): void {
    this.#said.push(said);
  }

  /** What was said since the last call. */
  take(): Said[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }
}
