import { element } from './element.ts';

/** Paragraphs on the page; older ones go. */
const MOST_BLOCKS = 1_000;
/** Rows of a table and lines of code that are one block. */
const MOST_IN_BLOCK = 300;
/** A line is drawn anew with each piece of it, so that one without an end is cut. */
const LONGEST_LINE = 4_000;
const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*/g;
const PIECES = new RegExp(`.{1,${LONGEST_LINE}}`, 'gsu');
const RULE = /^\|[\s|:-]+\|$/;

/**
 * Text that grows, with as much of Markdown as a report needs: headings, lists, tables, code, bold. Only the line that
 * is being written is ever drawn again. Nothing is read as HTML.
 */
export class Prose {
  readonly element = element('div', { class: 'prose' });
  #line = '';
  /** The block that the unfinished line is drawn in. */
  #open: HTMLElement | undefined;
  #code: HTMLElement | undefined;
  #table: HTMLTableElement | undefined;

  append(text: string): void {
    if (text === '') return;
    const lines = (this.#line + text).split('\n').flatMap(line => line.match(PIECES) ?? ['']);
    this.#line = lines.pop()!;
    for (const line of lines) this.#draw(line, true);
    if (this.#line !== '') this.#draw(this.#line, false);
    this.#forget();
  }

  #forget(): void {
    for (let extra = this.element.childElementCount - MOST_BLOCKS; extra > 0; extra--) {
      this.element.firstElementChild!.remove();
    }
  }

  #draw(line: string, isWhole: boolean): void {
    this.#open?.remove();
    this.#open = undefined;
    // Half a row or half a fence looks like a mistake that repairs itself.
    if (!isWhole && /^(\||`{1,3}$)/.test(line)) return;
    const made = this.#block(line);
    if (!isWhole) this.#open = made;
  }

  #block(line: string): HTMLElement | undefined {
    if (line.startsWith('```')) {
      this.#code = this.#code ? undefined : this.#add(element('pre'));
      return undefined;
    }
    if (this.#code) {
      if (this.#code.childElementCount >= MOST_IN_BLOCK) this.#code = this.#add(element('pre'));
      const row = element('span', {}, `${line}\n`);
      this.#code.append(row);
      return row;
    }
    if (line.startsWith('|')) return this.#row(line);
    this.#table = undefined;
    if (line.trim() === '') return undefined;
    const [, marks, heading] = /^(#{1,4}) (.*)$/.exec(line) ?? [];
    if (marks !== undefined) return this.#add(spans(element(marks.length === 1 ? 'h3' : 'h4'), heading!));
    const [, item] = /^\s*[-*] (.*)$/.exec(line) ?? [];
    if (item !== undefined) return this.#add(spans(element('p', { class: 'item' }), item));
    return this.#add(spans(element('p'), line));
  }

  #row(line: string): HTMLElement | undefined {
    if (RULE.test(line)) return undefined;
    const isHead = this.#table === undefined;
    if (!this.#table || this.#table.childElementCount >= MOST_IN_BLOCK) {
      this.#table = element('table');
      this.#add(element('div', { class: 'table' }, this.#table));
    }
    const cells = line.replace(/^\||\|\s*$/g, '').split('|');
    const row = element('tr', {}, ...cells.map(cell => spans(element(isHead ? 'th' : 'td'), cell.trim())));
    this.#table.append(row);
    return row;
  }

  #add<Made extends HTMLElement>(made: Made): Made {
    this.element.append(made);
    return made;
  }
}

function spans<Target extends HTMLElement>(target: Target, text: string): Target {
  let at = 0;
  for (const match of text.matchAll(SPAN)) {
    const [whole, code, strong] = match;
    target.append(text.slice(at, match.index));
    target.append(code === undefined ? element('strong', {}, strong!) : element('code', {}, code));
    at = match.index + whole.length;
  }
  target.append(text.slice(at));
  return target;
}
