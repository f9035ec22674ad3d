import { checkNode } from '../../event/node-path.ts';
import type { TextMask } from '../../secrets/mask-value.ts';
import { refuseSecrets } from '../../secrets/refuse-secrets.ts';

/**
 * Names the places of steps. Where several steps of one name are under way in one place at the same time, the second is
 * called `name#2`, the third `name#3`, so that a path stands for one step at any moment. Memory: the open paths.
 */
export class NodePaths {
  readonly #open = new Map<string, { count: number; named: number }>();
  readonly #secrets: TextMask;

  constructor(secrets: TextMask) {
    this.#secrets = secrets;
  }

  /**
   * The path of a step that begins below `around`, and what gives it back. Throws `BAD_EVENT`, also for a secret in it.
   */
  take(around: string | undefined, name: string): { readonly path: string; readonly free: () => void } {
    const base = around === undefined ? name : `${around}/${name}`;
    refuseSecrets('node', base, { mask: this.#secrets, code: 'BAD_EVENT' });
    const entry = this.#open.get(base);
    const path = checkNode(entry ? `${base}#${entry.named + 1}` : base);
    if (entry) {
      entry.count++;
      entry.named++;
    } else {
      this.#open.set(base, { count: 1, named: 1 });
    }
    return { path, free: () => this.#free(base) };
  }

  #free(base: string): void {
    const entry = this.#open.get(base)!;
    if (--entry.count === 0) this.#open.delete(base);
  }
}
