/** An answer now or later. */
export type Awaitable<T> = T | Promise<T>;

/** Whether an answer comes later. Promises of other realms and libraries count. */
export function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';
}
