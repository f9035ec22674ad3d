/** 256 bits from the system's random source, as 43 letters, digits, `-` and `_`. */
export function randomSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
}
