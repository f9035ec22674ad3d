import type { JsonObject } from '../../event/json.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { Actions } from './actions.ts';
import { checkLimits } from './call-options.ts';
import { Call, type CallTypes, type CallWork, type Said } from './call.ts';
import type { Place } from './place.ts';

const TYPES: CallTypes = { opening: 'wave.started', completed: 'wave.completed', failed: 'wave.failed' };
const FRAME = 96;
const ONCE = checkLimits('wave', { attempts: 1 });

/** Nodes at work side by side. Nobody is asked about a wave: its nodes are what can be stopped. */
export class WaveCall<Result> extends Call<Result> {
  readonly #nodes: readonly string[];

  /** Throws `BAD_OPTION`. */
  constructor(
    actions: Actions,
    around: Place,
    { index, nodes }: { readonly index: number; readonly nodes: readonly string[] },
    work: CallWork<Result>,
  ) {
    const { path } = around;
    super(actions, { around, path, wave: checkIndex(index) }, ONCE, work);
    this.#nodes = Object.freeze(nodes.map(String));
    actions.steps++;
  }

  protected override get isGated(): boolean {
    return false;
  }

  override get isWave(): boolean {
    return true;
  }

  protected override get types(): CallTypes {
    return TYPES;
  }

  protected override get title(): string {
    return `wave ${this.wave!}`;
  }

  protected override opening(): Said {
    const data = { index: this.wave!, nodes: this.#nodes };
    return { data, size: this.#nodes.reduce((sum, { length }) => sum + length + 3, FRAME) };
  }

  protected override completion(_: Result, durationMs: number): Said {
    return { data: { index: this.wave!, durationMs }, size: FRAME };
  }

  protected override failure(error: JsonObject): JsonObject {
    return { index: this.wave!, ...error };
  }

  protected override over(): void {
    this.actions.steps--;
  }
}

function checkIndex(index: unknown): number {
  if (Number.isSafeInteger(index) && (index as number) >= 0) return index as number;
  throw new SluiceError('BAD_OPTION', `wave: index: expected 0, 1, 2 …, got ${String(index)}.`);
}
