// Slices of so few characters are copies, and keep no long text alive.
const LONGEST_ESCAPE = 12;
/** What is kept in front of a text is cut off only now and then. */
const MOST_KEPT = 256;
// Looked for in so few characters only: the end of an escape in JSON, of one in a URL, and of a colour of a terminal.
const ESCAPE = /(?:\\[nrtbf]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2}|\[[\d;]{0,10}m)$/;

/**
 * Whether a letter, digit or `_` stands in front of a place, and is not the end of an escape. `before` is what stands in
 * front of the text, of which the last 12 characters count.
 */
export function isInsideWord(text: string, at: number, before: string): boolean {
  const code = at > 0 ? text.charCodeAt(at - 1) : before.charCodeAt(before.length - 1);
  if (!isWord(code)) return false;
  const front =
    at < LONGEST_ESCAPE
      ? before.slice(-LONGEST_ESCAPE) + text.slice(0, at)
      : text.slice(at - LONGEST_ESCAPE, at);
  return !ESCAPE.test(front.slice(-LONGEST_ESCAPE));
}

/** What stands in front of a text at `end` of this one, so far as it counts. */
export function textBefore(text: string, end: number, before: string): string {
  if (end >= LONGEST_ESCAPE) return text.slice(end - LONGEST_ESCAPE, end);
  const front = before + text.slice(0, end);
  return front.length > MOST_KEPT ? front.slice(-LONGEST_ESCAPE) : front;
}

/** `NaN`, where no character is, is none. */
function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
  );
}
