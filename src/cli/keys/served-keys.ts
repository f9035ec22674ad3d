import { statSync } from 'node:fs';
import { asyncScheduler } from 'rxjs';
import type { ApiKey } from '../../http/index.ts';
import { readKeys } from './key-file.ts';

/** How often a file is looked at, at the most, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/**
 * The keys of a file, as it is now: a key that is added or removed counts about a second later, without a restart. Looked
 * at when a request asks and not otherwise. While the file cannot be used, the last good keys hold, and that is told once.
 */
export class ServedKeys {
  readonly #path: string;
  readonly #complain: (text: string) => void;
  readonly #now: () => number;
  #keys: readonly ApiKey[];
  #seen: string;
  #checkedAt: number;

  /** Throws `BAD_OPTION` where the file cannot be used from the start. */
  constructor(path: string, complain: (text: string) => void, now = (): number => asyncScheduler.now()) {
    this.#path = path;
    this.#complain = complain;
    this.#now = now;
    this.#checkedAt = now();
    this.#seen = stampOf(path);
    this.#keys = readKeys(path);
  }

  /** The same list for as long as the file is the same. */
  list(): readonly ApiKey[] {
    const now = this.#now();
    // A clock that was set back may not stop it from looking.
    if (Math.abs(now - this.#checkedAt) < CHECK_INTERVAL) return this.#keys;
    this.#checkedAt = now;
    const stamp = stampOf(this.#path);
    if (stamp !== this.#seen) this.#read(stamp);
    return this.#keys;
  }

  #read(stamp: string): void {
    this.#seen = stamp;
    try {
      this.#keys = readKeys(this.#path);
      this.#complain(`${this.#path}: ${this.#keys.length} keys, read anew.`);
    } catch (error) {
      this.#complain(
        `${(error as Error).message} Until then the keys from before hold, ${this.#keys.length} in all.`,
      );
    }
  }
}

/** Another text for every version of a file, also where a whole folder was exchanged. */
function stampOf(path: string): string {
  const { ino, mtimeNs, size, ctimeNs } = statSync(path, { bigint: true, throwIfNoEntry: false }) ?? {};
  return `${ino} ${mtimeNs} ${ctimeNs} ${size}`;
}
