import { isNotice, type Notice, type RunEvent, type RunItem } from '../client/index.ts';
import type { AnyCustom } from '../index.ts';
import { answerHint } from './answer-hint.ts';
import { durationText, timeBetween } from './duration-text.ts';
import { eventLine } from './event-line.ts';
import { clipped, inline, printable } from './printable-text.ts';
import type { TerminalStyle } from './terminal-style.ts';

/** Anything that a run tells. */
export type AnyItem = RunItem<AnyCustom>;

export interface PrinterOptions {
  readonly style: TerminalStyle;
  /** Asked for each line, since terminals change; without one lines are cut at 160 characters. */
  readonly columns: () => number | undefined;
  /** ` --url …` if the server is found by a flag. */
  readonly urlFlag?: string | undefined;
}

/** Calls that have begun and whose names are remembered; the oldest go first. */
const MOST_CALLS = 1_000;
const PLAIN_WIDTH = 160;
const BAR = 24;
/** Erases the line that the cursor is in, and goes to its beginning. */
const ERASE = '\r\u001b[2K';

/**
 * Turns what a run tells into text for people, item by item: streaming text as it comes, a line for what is done, one
 * bar for progress that is drawn again where that is possible. Pure but for its own place in the output. Memory: the
 * names of the calls that are under way.
 */
export class RunPrinter {
  readonly #options: PrinterOptions;
  readonly #calls = new Map<string, string>();
  /** What the last line is: text that goes on, a bar that is drawn again, or none. */
  #open: 'text' | 'bar' | undefined;
  /** Whose text it is. */
  #speaker = '';
  /** Half a character, whose other half comes with the next token. */
  #half = '';
  #startedAt: string | undefined;

  constructor(options: PrinterOptions) {
    this.#options = options;
  }

  /** The text that shows an item; often none. */
  print(item: AnyItem): string {
    if (isNotice(item)) return this.#line(this.#noticeLine(item));
    this.#remember(item);
    if (item.type === 'token') return this.#token(item);
    if (item.type === 'progress') return this.#progress(item);
    if (item.type === 'ask') return this.#line(this.#askLines(item));
    if (item.final) return this.#line(this.#endLine(item));
    const { style } = this.#options;
    const line = eventLine(item, { style, width: this.#width, nameOf: id => this.#calls.get(id) ?? id });
    return line === undefined ? '' : this.#line(line);
  }

  /** What brings the cursor to the beginning of a line, if it is not there. */
  break(): string {
    const open = this.#open;
    this.#open = undefined;
    const half = this.#half === '' ? '' : '\ufffd';
    this.#half = '';
    return open === undefined ? '' : `${half}\n`;
  }

  get #width(): number {
    return Math.max(this.#options.columns() ?? PLAIN_WIDTH, 20);
  }

  #line(text: string): string {
    const bar = this.#open === 'bar' ? ERASE : this.break();
    this.#open = undefined;
    return `${bar}${text}\n`;
  }

  #token({ data: { content, messageId, role }, node }: Extract<RunEvent, { type: 'token' }>): string {
    const speaker = messageId ?? node ?? '';
    const goesOn = this.#open === 'text' && speaker === this.#speaker;
    const start = goesOn ? '' : this.#open === 'bar' ? ERASE : this.break();
    const label = goesOn || role === undefined || role === 'assistant' ? '' : `${inline(role)}: `;
    this.#speaker = speaker;
    const text = this.#half + content;
    this.#half = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : '';
    const shown = printable(this.#half === '' ? text : text.slice(0, -1));
    // A line that the text has ended itself is no open one.
    const isOpen = shown === '' ? goesOn || this.#half !== '' : !shown.endsWith('\n') || this.#half !== '';
    this.#open = isOpen ? 'text' : undefined;
    return `${start}${this.#options.style.dim(label)}${shown}`;
  }

  #progress({ data }: Extract<RunEvent, { type: 'progress' }>): string {
    const { style } = this.#options;
    const filled = Math.round(data.fraction * BAR);
    const percent = `${Math.round(data.fraction * 100)}%`.padStart(4);
    const counts =
      data.current === undefined ? '' : `${data.current}${data.total === undefined ? '' : `/${data.total}`}`;
    const facts = [data.step, counts, data.message]
      .filter(part => part !== undefined && part !== '')
      .join(' ');
    const text = clipped(inline(facts.slice(0, 4 * this.#width)), this.#width - BAR - 8);
    const bar = `${style.busy('█'.repeat(filled))}${style.dim('░'.repeat(BAR - filled))} ${percent} ${text}`;
    if (!style.isRich) return this.#line(bar.trimEnd());
    const start = this.#open === 'bar' ? ERASE : this.break();
    this.#open = 'bar';
    return `${start}${bar}`;
  }

  #askLines({ runId, data }: Extract<RunEvent, { type: 'ask' }>): string {
    const { style, urlFlag } = this.#options;
    const until = data.expiresAt === undefined ? '' : style.dim(` (until ${inline(data.expiresAt)})`);
    const question = printable(data.question).replaceAll('\n', '\n  ');
    return `${style.notable('?')} ${style.bold(question)}${until}\n  ${answerHint(runId, data, urlFlag)}`;
  }

  #endLine(event: RunEvent): string {
    const { style } = this.#options;
    const duration = timeBetween(this.#startedAt, event.time);
    const after = duration === undefined ? '' : style.dim(` after ${durationText(duration)}`);
    if (event.type === 'complete') return `${style.good('✓')} ${style.bold('completed')}${after}`;
    if (event.type === 'cancelled') {
      const reason = event.data.reason === undefined ? '' : `: ${printable(event.data.reason)}`;
      return `${style.notable('■')} ${style.bold('cancelled')}${after}${reason}`;
    }
    const { code, message } = event.data as { readonly code?: string; readonly message?: string };
    return `${style.bad('✗')} ${style.bold('failed')}${after}: ${inline(code ?? '')} ${printable(message ?? '')}`;
  }

  #noticeLine(notice: Notice): string {
    const { style } = this.#options;
    switch (notice.notice) {
      case 'gap': {
        const why = notice.reason === 'trimmed' ? 'are not kept any more' : 'came too fast for this reader';
        return style.notable(`… events ${notice.from} to ${notice.to} ${why}`);
      }
      case 'reset':
        return style.notable(
          notice.reason === 'gone'
            ? '… the run is gone: it expired, was erased, or its server has lost it'
            : `… this is another life of the run (${notice.reason}): forget what was above, it begins anew`,
        );
      case 'degraded':
        return style.notable(`… the server waits for its storage since ${inline(notice.since)}`);
      default:
        return style.notable(`… ${inline(JSON.stringify(notice))}`);
    }
  }

  #remember({ type, data, time }: RunEvent): void {
    if (type === 'started') this.#startedAt = time;
    if (type === 'tool.called') this.#begin(data.callId, data.tool);
    else if (type === 'llm.prompt') this.#begin(data.callId, data.model ?? 'model');
  }

  #begin(callId: string, name: string): void {
    this.#calls.delete(callId);
    this.#calls.set(callId, name);
    if (this.#calls.size > MOST_CALLS) this.#calls.delete(this.#calls.keys().next().value!);
  }
}
