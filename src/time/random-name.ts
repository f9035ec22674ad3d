/** Lower-case letters and digits, `length` of them, from the system's random source. */
export function randomName(length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), byte => alphabet[byte % 36]).join('');
}
