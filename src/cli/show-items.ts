import { isNotice, type RunEvent } from '../client/index.ts';
import type { CommandHost } from './command-host.ts';
import { RunPrinter, type AnyItem } from './run-printer.ts';
import type { Server, ServerFlags } from './server-address.ts';
import { styleFor } from './terminal-style.ts';

/** How a run that was shown came to its end, as far as it was seen. */
export interface Shown {
  /** The final event. */
  readonly end: RunEvent | undefined;
  /** The server has lost the run. */
  readonly isGone: boolean;
}

/** Writes the items of a run as they come: as people read them, or as JSON lines. As slow as the output. */
export class ItemWriter {
  readonly #host: CommandHost;
  readonly #printer: RunPrinter | undefined;

  constructor(host: CommandHost, server: Pick<Server, 'urlFlag'>, { json }: ServerFlags) {
    this.#host = host;
    this.#printer = json
      ? undefined
      : new RunPrinter({
          style: styleFor(host.output, host.env),
          columns: () => host.output.columns,
          urlFlag: server.urlFlag,
        });
  }

  /** Writes all of them. Rejects with what they fail with, and with what the output fails with. */
  async write(items: AsyncIterable<AnyItem>): Promise<Shown> {
    let end: RunEvent | undefined;
    let isGone = false;
    try {
      for await (const item of items) {
        const text = this.#printer ? this.#printer.print(item) : `${JSON.stringify(item)}\n`;
        if (text !== '') await this.#host.output.write(text);
        if (isNotice(item)) isGone ||= item.notice === 'reset' && item.reason === 'gone';
        else if (item.final) end = item;
      }
    } finally {
      // What follows, an error or a prompt, begins a line.
      await this.break();
    }
    return { end, isGone };
  }

  /** Ends the line that is open, if there is one. */
  async break(): Promise<void> {
    const text = this.#printer?.break() ?? '';
    if (text !== '') await this.#host.output.write(text).catch(() => undefined);
  }
}
