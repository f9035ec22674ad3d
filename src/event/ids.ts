import { SluiceError } from '../errors/sluice-error.ts';

// A letter or digit comes first, so neither `.` nor `..` nor a command-line flag is an id.
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether a text can be the id of a run, a tenant or a thread: `[A-Za-z0-9][A-Za-z0-9._-]*`, 1 to 128 characters. */
export function isId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id);
}

/** Returns `id` if it can be the id of a run, a tenant or a thread; `what` names it in the error. Throws `BAD_ID`. */
export function checkId(what: string, id: unknown): string {
  if (isId(id)) return id;
  const shown = typeof id === 'string' ? JSON.stringify(id.slice(0, 64)) : typeof id;
  throw new SluiceError(
    'BAD_ID',
    `${what}: expected 1 to 128 letters, digits, ".", "_" or "-", a letter or digit first, got ${shown}.`,
  );
}
