let lastMs = Number.NaN;
let lastText = '';

/**
 * RFC 3339 in UTC with milliseconds. Neighbouring events mostly share their millisecond, and formatting is
 * ten times the cost of a comparison, so the last text is kept.
 */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
