import type { RunListNews } from '../client/index.ts';
import { inline } from './printable-text.ts';
import { runTable, type ListedRun } from './run-table.ts';
import type { TerminalStyle } from './terminal-style.ts';

/** Clears the terminal, from its upper left corner on. */
const CLEAR = '\u001b[H\u001b[J';
const MOST = 50;

/**
 * A list of runs that changes: on a terminal drawn anew with all news, elsewhere a line for each change behind the list
 * as it was. Pure but for the runs it shows. Memory: `limit` runs.
 */
export class RunListView {
  readonly #style: TerminalStyle;
  readonly #limit: number;
  #runs: readonly ListedRun[] = [];
  #wasShown = false;

  constructor(style: TerminalStyle, limit = MOST) {
    this.#style = style;
    this.#limit = limit;
  }

  /** The text that shows the news. */
  show(news: RunListNews): string {
    const wasShown = this.#wasShown;
    this.#wasShown = true;
    if (news.news === 'list') this.#runs = news.runs;
    else if (news.news === 'removed') this.#runs = this.#runs.filter(({ runId }) => runId !== news.runId);
    else this.#runs = this.#with(news.run);
    if (this.#style.isRich) return `${CLEAR}${this.#table()}`;
    if (!wasShown) return this.#table();
    if (news.news === 'list') return '';
    if (news.news === 'removed') return `${inline(news.runId)}  removed\n`;
    return `${runTable([news.run], this.#style)[1]}\n`;
  }

  #table(): string {
    return this.#runs.length === 0 ? 'No runs.\n' : `${runTable(this.#runs, this.#style).join('\n')}\n`;
  }

  #with(run: ListedRun): readonly ListedRun[] {
    const at = this.#runs.findIndex(({ runId }) => runId === run.runId);
    return at < 0 ? [run, ...this.#runs].slice(0, this.#limit) : this.#runs.with(at, run);
  }
}
