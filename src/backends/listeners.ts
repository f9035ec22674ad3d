interface Listener<News> {
  readonly hear: (news: News) => void;
  active: boolean;
}

/**
 * Who listens to something. A listener that throws harms nobody; one that is added while news are told hears the
 * next ones, one that is removed hears nothing more.
 */
export class Listeners<News = void> {
  // Replaced and never changed, so that a round of news goes over the list it began with.
  #listeners: readonly Listener<News>[] = [];

  get empty(): boolean {
    return this.#listeners.length === 0;
  }

  add(hear: (news: News) => void): () => void {
    const listener = { hear, active: true };
    this.#listeners = [...this.#listeners, listener];
    return () => {
      if (!listener.active) return;
      listener.active = false;
      this.#listeners = this.#listeners.filter(other => other !== listener);
    };
  }

  tell(news: News): void {
    for (const listener of this.#listeners) {
      if (!listener.active) continue;
      try {
        listener.hear(news);
      } catch {
        // A hint is best effort, and what is told was stored already: nothing to undo.
      }
    }
  }
}
