/** Milliseconds by which the time for clients to come back grows with each of them: 500 come a second. */
const EACH = 2;
/** Milliseconds. With the least wait of 2 s it stays below 30 s, which our client never waits longer than. */
const MOST = 28_000;

/**
 * Over how many milliseconds clients whose streams end together are to come back: as long as `retry`, and longer where
 * `leaving` of them would be more than 500 a second.
 */
export function returnSpread(retry: number, leaving: number): number {
  return Math.max(retry, Math.min(EACH * leaving, MOST));
}
