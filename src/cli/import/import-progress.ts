import { asyncScheduler } from 'rxjs';
import type { CommandHost } from '../command-host.ts';
import { sizeText } from '../redact-progress.ts';
import { styleFor } from '../terminal-style.ts';

const ERASE = '\r\u001b[2K';
/** Milliseconds between two lines: on a terminal they are drawn over each other. */
const OFTEN = 250;
const SELDOM = 2_000;

/** Says on standard error how far an import is. Told by whoever reads; draws by itself never. */
export class ImportProgress {
  readonly #host: CommandHost;
  readonly #isRich: boolean;
  #last = -Infinity;
  #isDrawn = false;

  constructor(host: CommandHost) {
    this.#host = host;
    this.#isRich = styleFor({ isTerminal: host.hasErrorTerminal }, host.env).isRich;
  }

  async read(
    name: string,
    { bytes, of, events }: { bytes: number; of: number; events: number },
  ): Promise<void> {
    const now = asyncScheduler.now();
    if (now - this.#last < (this.#isRich ? OFTEN : SELDOM)) return;
    this.#last = now;
    const share = of === 0 ? 100 : Math.floor((bytes / of) * 100);
    const text = `${name}: ${sizeText(bytes)} of ${sizeText(of)}, ${share} %, ${events} events`;
    this.#isDrawn = this.#isRich;
    await this.#host.errorOutput.write(this.#isRich ? ERASE + text : `${text}\n`);
  }

  /** Takes away what was drawn. */
  async clear(): Promise<void> {
    if (this.#isDrawn) await this.#host.errorOutput.write(ERASE);
    this.#isDrawn = false;
  }
}
