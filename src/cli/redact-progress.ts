import type { Output } from './command-host.ts';

const ERASE = '\r\u001b[2K';
/** Milliseconds between two lines. */
const OFTEN = 250;
const SELDOM = 2_000;

/** What {@link RedactProgress} is shown on. */
export interface ProgressPlace {
  readonly output: Output;
  /** Whether a line can be drawn over; else each is a line of its own, and they come seldom. */
  readonly isRich: boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Says how much was read, how fast, and how many secrets were found. Told by whoever reads; draws by itself never. */
export class RedactProgress {
  readonly #place: ProgressPlace;
  readonly #began: number;
  #last: number;
  #bytes = 0;
  #isDrawn = false;

  constructor(place: ProgressPlace) {
    this.#place = place;
    this.#began = this.#last = place.now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts bytes that were read; `hits` is what was found since the beginning. */
  async read(bytes: number, hits: number): Promise<void> {
    this.#bytes += bytes;
    const { isRich, now } = this.#place;
    if (now() - this.#last < (isRich ? OFTEN : SELDOM)) return;
    this.#last = now();
    await this.#draw(hits);
  }

  /** Leaves the last line as it is then. */
  async end(hits: number): Promise<void> {
    await this.#draw(hits);
    if (this.#place.isRich && this.#isDrawn) await this.#place.output.write('\n');
  }

  async #draw(hits: number): Promise<void> {
    const { output, isRich, now } = this.#place;
    const seconds = Math.max(0.001, (now() - this.#began) / 1_000);
    const text = `${sizeText(this.#bytes)} read, ${sizeText(this.#bytes / seconds)}/s, ${hits} found`;
    this.#isDrawn = true;
    await output.write(isRich ? ERASE + text : `${text}\n`);
  }
}

/** Bytes as people read them: `512 B`, `1.4 KB`, `2.0 GB`. Pure. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit++;
  }
  return `${unit === 0 ? Math.round(size) : size.toFixed(1)} ${units[unit]!}`;
}
