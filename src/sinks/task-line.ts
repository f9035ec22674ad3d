/** Runs asynchronous tasks one after another, in the order they came in; one that fails holds up none behind it. */
export class TaskLine {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
