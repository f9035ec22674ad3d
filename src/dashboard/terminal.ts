import { element } from './element.ts';

/** The channels of a program; a run of one says its output as messages with these ids. */
export type Channel = 'stdout' | 'stderr';

/** Lines on the page; older ones go. */
const MOST_LINES = 2_000;
/** Pieces that wait to be drawn; many more lines than are shown are not drawn at all. */
const MOST_PENDING = 20_000;
const LONGEST_LINE = 4_000;
const AT_END = 24;
/** Colours and cursor moves, for terminals that have them. */
const ESCAPES =
  /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][0-9A-B]|[=>78DEHMc])/g;

/** Whether a message is what a program has written. */
export function isChannel(messageId: string | undefined): messageId is Channel {
  return messageId === 'stdout' || messageId === 'stderr';
}

/** What a program writes, its two channels in one order as in a terminal. Nothing is read as HTML. */
export class Terminal {
  readonly element = element('div', {
    ...{ class: 'terminal', tabindex: 0, role: 'region', 'aria-label': 'Terminal output', hidden: true },
  });
  #pending: { readonly channel: Channel; text: string }[] = [];
  readonly #open = new Map<Channel, { readonly line: HTMLElement; text: string }>();

  /** Notes what was written; {@link draw} shows it. */
  push(channel: Channel, text: string): void {
    const last = this.#pending.at(-1);
    if (last?.channel === channel) last.text += text;
    else this.#pending.push({ channel, text });
    if (this.#pending.length > MOST_PENDING) this.#pending.splice(0, MOST_PENDING / 2);
  }

  draw(): void {
    if (this.#pending.length === 0) return;
    this.element.hidden = false;
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < AT_END;
    for (const { channel, text } of this.#pending.splice(0)) this.#write(channel, text);
    for (let extra = this.element.childElementCount - MOST_LINES; extra > 0; extra--) {
      this.element.firstElementChild!.remove();
    }
    if (isAtEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  #write(channel: Channel, text: string): void {
    const all = text.split('\n');
    // What would be pushed out in the same frame is never drawn.
    const lines = all.length > MOST_LINES ? all.slice(-MOST_LINES) : all;
    for (const [at, part] of lines.entries()) {
      const isWhole = at < lines.length - 1;
      if (part === '' && !isWhole) continue;
      const open = this.#open.get(channel) ?? this.#begin(channel);
      open.text = (open.text + part).slice(-LONGEST_LINE);
      open.line.textContent = `${shown(open.text)}\n`;
      if (isWhole) this.#open.delete(channel);
      else this.#open.set(channel, open);
    }
  }

  #begin(channel: Channel): { readonly line: HTMLElement; text: string } {
    const line = element('div', { class: 'line', 'data-channel': channel });
    this.element.append(line);
    return { line, text: '' };
  }
}

/** A line as a terminal without colours shows it: what stands behind its last return to the margin. */
function shown(line: string): string {
  const plain = line.replace(ESCAPES, '').replace(/\r+$/, '');
  return plain.slice(plain.lastIndexOf('\r') + 1);
}
