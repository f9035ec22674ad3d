/** What was told of the blocks of an answer before they came whole. Memory: the texts of one answer. */
export class StreamedBlocks {
  /** That of the answer. */
  readonly id: string;
  readonly #blocks: { readonly index: unknown; readonly kind: 'text' | 'thinking'; text: string }[] = [];

  constructor(id: string) {
    this.id = id;
  }

  add(index: unknown, kind: 'text' | 'thinking', piece: string): void {
    const block = this.#blocks.find(it => it.index === index && it.kind === kind);
    if (block) block.text += piece;
    else this.#blocks.push({ index, kind, text: piece });
  }

  /** What was not told of the next block of its kind; the whole of one that is otherwise. */
  rest(kind: 'text' | 'thinking', whole: string): string {
    const at = this.#blocks.findIndex(block => block.kind === kind);
    if (at < 0) return whole;
    const [block] = this.#blocks.splice(at, 1);
    return whole.startsWith(block!.text) ? whole.slice(block!.text.length) : whole;
  }
}
