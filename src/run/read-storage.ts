import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';

/** What the backend answers, at once if it does. Throws or rejects with `STORAGE_LOST`, whatever it failed with. */
export function readStorage<Answer>(what: string, read: () => Awaitable<Answer>): Awaitable<Answer> {
  const fail = (cause: unknown): never => {
    if (isSluiceError(cause)) throw cause;
    throw new SluiceError('STORAGE_LOST', `${what}: the backend failed to read.`, { cause });
  };
  try {
    const answer = read();
    return isPromise(answer) ? answer.then(undefined, fail) : answer;
  } catch (cause) {
    return fail(cause);
  }
}
