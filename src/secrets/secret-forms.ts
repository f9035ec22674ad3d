/**
 * Below so many characters an encoded form is left out: four letters of base64 or hex turn up by chance in any
 * identifier, and masking those would damage what people want to read.
 */
const SHORTEST_ENCODED = 8;

/** Encodings that can be chosen. */
export interface Encodings {
  /** Hexadecimal, in small letters and capitals. Default: true. */
  readonly hex?: boolean | undefined;
}

/**
 * The ways in which a secret is commonly written: as it is, inside JSON, inside a URL or a form, as hex, and as
 * base64 of a longer text in which it begins at any byte.
 */
export function secretForms(secret: string, encodings: Encodings = {}): string[] {
  const bytes = new TextEncoder().encode(secret);
  // Half a surrogate pair becomes U+FFFD in every encoding.
  const wellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const inUrl = encodeURIComponent(wellFormed);
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  const base64 = [0, 1, 2].map(offset => base64Core(bytes, offset));
  const encoded = [
    JSON.stringify(secret).slice(1, -1),
    inUrl,
    inUrl.replaceAll('%20', '+'),
    inUrl.replace(/%../g, escape => escape.toLowerCase()),
    ...(encodings.hex === false ? [] : [hex, hex.toUpperCase()]),
    ...base64,
    ...base64.map(core => core.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set([secret, wellFormed, ...encoded.filter(form => form.length >= SHORTEST_ENCODED)])];
}

/** The base64 letters that depend on the secret alone when `offset` other bytes stand before it in its group. */
function base64Core(bytes: Uint8Array, offset: number): string {
  const text = String.fromCharCode(...new Array<number>(offset).fill(0), ...bytes);
  const firstWhole = Math.ceil((offset * 8) / 6);
  const wholeLetters = Math.floor((text.length * 8) / 6);
  return btoa(text).slice(firstWhole, wholeLetters);
}
