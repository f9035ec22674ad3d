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
 * The ways in which a secret is commonly written: as it is, inside JSON, also of ASCII alone and inside JSON again, inside
 * HTML, inside a URL or a form, as hex, and as base64 of a longer text in which it begins at any byte.
 */
export function secretForms(secret: string, encodings: Encodings = {}): string[] {
  const bytes = new TextEncoder().encode(secret);
  // Half a surrogate pair becomes U+FFFD in every encoding.
  const wellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const inUrl = encodeURIComponent(wellFormed);
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  const base64 = [0, 1, 2].map(offset => base64Core(bytes, offset));
  const encoded = [
    ...jsonForms(secret),
    wellFormed.replace(/[&<>"']/g, char => HTML[char]!),
    encodeURI(wellFormed),
    inUrl,
    inUrl.replaceAll('%20', '+'),
    inUrl.replace(/%../g, escape => escape.toLowerCase()),
    ...(encodings.hex === false ? [] : [hex, hex.toUpperCase()]),
    ...base64,
    ...base64.map(core => core.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set([secret, wellFormed, ...encoded.filter(form => form.length >= SHORTEST_ENCODED)])];
}

const HTML: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

/** As JavaScript, PHP, Python and Java write it; and each of them written into JSON once more. */
function jsonForms(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  const once = [plain, plain.replaceAll('/', '\\/'), ascii(plain), ascii(plain, true)];
  return [...once, ...once.map(form => JSON.stringify(form).slice(1, -1))];
}

function ascii(json: string, isUpper = false): string {
  return json.replace(/[^\x20-\x7e]/g, char => {
    const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${isUpper ? hex.toUpperCase() : hex}`;
  });
}

/** The base64 letters that depend on the secret alone when `offset` other bytes stand before it in its group. */
function base64Core(bytes: Uint8Array, offset: number): string {
  const text = String.fromCharCode(...new Array<number>(offset).fill(0), ...bytes);
  const firstWhole = Math.ceil((offset * 8) / 6);
  const wholeLetters = Math.floor((text.length * 8) / 6);
  return btoa(text).slice(firstWhole, wholeLetters);
}
