/** Characters by which the beginning of an end is found in the one before. */
const LONGEST_HEAD = 256;

/** Finds what is new in texts that are sent whole each time. Memory: the last of each text until `clear`. */
export class SnapshotTexts {
  readonly #last = new Map<string, { readonly text: string; readonly version: number }>();

  /** What `text` adds, and what it goes by: a text that was changed begins anew under `<id>/<number>`. */
  take(id: string, text: string): { readonly text: string; readonly name: string } {
    const last = this.#last.get(id);
    const goesOn = last === undefined || text.startsWith(last.text);
    const version = (last?.version ?? 0) + (goesOn ? 0 : 1);
    this.#last.set(id, { text, version });
    return {
      text: goesOn ? text.slice(last?.text.length ?? 0) : text,
      name: nameOf(id, version),
    };
  }

  /** Takes a piece that was sent alone; what the text goes by. */
  add(id: string, piece: string): string {
    const { text, version } = this.#last.get(id) ?? { text: '', version: 0 };
    this.#last.set(id, { text: text + piece, version });
    return nameOf(id, version);
  }

  /** {@link take} of the end of a text, whose beginning may be left out from some time on: only what is behind the last. */
  takeEnd(id: string, text: string): string {
    const last = this.#last.get(id)?.text ?? '';
    this.#last.set(id, { text, version: 0 });
    if (text.startsWith(last)) return text.slice(last.length);
    const head = text.slice(0, LONGEST_HEAD);
    for (let at = last.indexOf(head); at >= 0; at = last.indexOf(head, at + 1)) {
      if (text.startsWith(last.slice(at))) return text.slice(last.length - at);
    }
    return text;
  }

  delete(id: string): void {
    this.#last.delete(id);
  }

  clear(): void {
    this.#last.clear();
  }
}

function nameOf(id: string, version: number): string {
  return version === 0 ? id : `${id}/${version}`;
}
