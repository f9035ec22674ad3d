/** Reads after which V8 keeps a table for fast look-ups; about 20 are enough. */
const ENOUGH = 1_000;

/**
 * Makes the methods of all strings of this process fast again. ioredis 6 derives a class from `String`; V8 then keeps
 * the methods of `String.prototype` in a slow table, and every `charCodeAt` costs nine nanoseconds instead of one, until
 * the table has been read from an object often. What was compiled in between stays slow, so this comes right after the
 * import.
 */
export function quickenStringMethods(): void {
  const text = Object('') as { charCodeAt?: unknown };
  for (let i = 0; i < ENOUGH; i++) if (text.charCodeAt === undefined) return;
}
