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
      name: version === 0 ? id : `${id}/${version}`,
    };
  }

  clear(): void {
    this.#last.clear();
  }
}
