/** What a time looks like, in the words of an error. */
export const TIME_FORMAT = 'an RFC 3339 time such as 2026-01-31T12:00:00Z';

const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds since the Unix epoch, 0 at the least; `undefined` for what is no time of RFC 3339, section 5.6. */
export function parseTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !TIME.test(text)) return undefined;
  const ms = Date.parse(text.toUpperCase().replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.floor(ms));
}

/** What was given instead of a time. */
export function shownTime(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given.slice(0, 64)) : typeof given;
}
