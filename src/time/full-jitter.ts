/** Any number of milliseconds from 0 to `most`: clients that lost one server at once do not return at once. */
export function fullJitter(most: number): number {
  return Math.round(most * Math.random());
}
