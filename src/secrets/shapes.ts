import { CharacterClass } from './character-class.ts';
import { anchorsOf, type SecretShape, type Sighting } from './secret-rule.ts';
import type { TextScan } from './text-scan.ts';

/** One for each part of a token, so that what is known of one part is not lost with the next. */
const [HEADER, PAYLOAD, SIGNATURE] = [1, 2, 3].map(() => new CharacterClass('A-Za-z0-9_-')) as [
  CharacterClass,
  CharacterClass,
  CharacterClass,
];
const LABEL = new CharacterClass('A-Z0-9 ');
const KEY_TEXT = new CharacterClass('A-Za-z0-9+/=');
/** What may stand in an authority, RFC 3986 and the `@` of passwords that nobody encoded. */
const AUTHORITY = new CharacterClass('!-~');
const ENDS_AUTHORITY = new Set('/?#"\'`<>()[]{}\\'.split('').map(char => char.charCodeAt(0)));

const DASHES = '-----';
const LONGEST_KEY = 16_384;
const LONGEST_LABEL = 64;
/** Characters of a line of base64 that a placeholder does not have. */
const SHORTEST_KEY_LINE = 40;
const LONGEST_AUTHORITY = 512;
const LONGEST_JWT = 8_192;
const SHORTEST_PART = 10;

const OPEN = (at: number): Sighting => ({ start: at, end: at, isOpen: true });

/** PEM and OpenPGP blocks of private keys, RFC 7468: all between their dashes, real line breaks or those of JSON. */
export const privateKey: SecretShape = {
  name: 'private-key',
  anchors: anchorsOf('-----BEGIN ', []),
  isWhole: false,
  see: (scan, from, at) => {
    const { text } = scan;
    const label = Math.min(scan.runEnd(LABEL, at), at + LONGEST_LABEL);
    if (label === text.length) return OPEN(at);
    const body = dashesAt(scan, label);
    if (body < 0) return body === STARTED ? OPEN(at) : undefined;
    if (!text.slice(at, label).includes('PRIVATE KEY')) return undefined;
    const limit = from + LONGEST_KEY;
    const stop = scan.next(DASHES, body);
    const end = Math.min(stop, limit);
    const hasKey = hasKeyLine(scan, body, end);
    if (end === text.length && end < limit) return { start: from, end: hasKey ? end : from, isOpen: true };
    if (end === limit) return hasKey ? { start: from, end, isOpen: false } : undefined;
    const close = closingEnd(scan, stop);
    const isOpen = close === STARTED;
    if (!hasKey) return isOpen ? OPEN(at) : undefined;
    return { start: from, end: close < 0 ? (isOpen ? text.length : stop) : close, isOpen };
  },
};

const STARTED = -1;
const OTHER = -2;

/** Behind five dashes at a place, `STARTED` if the text ends among them. */
function dashesAt({ text }: TextScan, at: number): number {
  if (text.startsWith(DASHES, at)) return at + DASHES.length;
  return DASHES.startsWith(text.slice(at, at + DASHES.length)) ? STARTED : OTHER;
}

/** Behind `-----END LABEL-----`. */
function closingEnd(scan: TextScan, at: number): number {
  const head = '-----END ';
  const { text } = scan;
  if (!text.startsWith(head, at)) return head.startsWith(text.slice(at, at + head.length)) ? STARTED : OTHER;
  const label = Math.min(scan.runEnd(LABEL, at + head.length), at + head.length + LONGEST_LABEL);
  return label === text.length ? STARTED : dashesAt(scan, label);
}

function hasKeyLine(scan: TextScan, from: number, end: number): boolean {
  for (let at = from; at < end;) {
    const run = Math.min(scan.runEnd(KEY_TEXT, at), end);
    if (run - at >= SHORTEST_KEY_LINE) return true;
    at = run + 1;
  }
  return false;
}

/** JSON Web Tokens, RFC 7519: three parts, of which the last may be empty. */
export const jwt: SecretShape = {
  name: 'jwt',
  // What begins with {" and a small letter; its fourth letter holds the end of that letter.
  anchors: anchorsOf('eyJ', 'hijklmnopqrstuvwxyz0123456'),
  isWhole: true,
  see: (scan, from, at) => {
    const { text } = scan;
    const limit = from + LONGEST_JWT;
    const header = scan.runEnd(HEADER, at);
    if (header >= limit) return undefined;
    if (header === text.length) return OPEN(at);
    if (text[header] !== '.' || header - from < SHORTEST_PART) return undefined;
    const payload = scan.runEnd(PAYLOAD, header + 1);
    if (payload >= limit) return undefined;
    if (payload === text.length) return OPEN(at);
    if (text[payload] !== '.' || payload - header < SHORTEST_PART) return undefined;
    const run = scan.runEnd(SIGNATURE, payload + 1);
    return { start: from, end: Math.min(run, limit), isOpen: run === text.length && run < limit };
  },
};

/** The password in the address of a database, broker or site: `scheme://user:password@host`; or `scheme://token@host`. */
export const urlPassword: SecretShape = {
  name: 'url-password',
  anchors: anchorsOf('://', new CharacterClass('A-Za-z0-9:._~%!$&*+,;=-').all()),
  isWhole: false,
  see: (scan, _, at) => {
    const { text } = scan;
    const limit = Math.min(text.length, at + LONGEST_AUTHORITY);
    let colon = -1;
    let sign = -1;
    let end = at;
    for (; end < limit; end++) {
      const code = text.charCodeAt(end);
      if (!AUTHORITY.has(code) || ENDS_AUTHORITY.has(code)) break;
      if (code === 58 && colon < 0) colon = end;
      if (code === 64) sign = end;
    }
    scan.looks += end - at + 1;
    const isOpen = end === text.length && end < at + LONGEST_AUTHORITY;
    const stretch = sign > at ? credentials(scan, { at, colon: colon < sign ? colon : -1, sign }) : undefined;
    if (!stretch) return isOpen ? OPEN(at) : undefined;
    return { ...stretch, isOpen };
  },
};

const SHORTEST_LONE_TOKEN = 20;
const NO_PASSWORD = new Set(['', 'x-oauth-basic']);

/** The password; where there is none the token that stands in the place of the user. */
function credentials(
  scan: TextScan,
  { at, colon, sign }: { readonly at: number; readonly colon: number; readonly sign: number },
): { readonly start: number; readonly end: number } | undefined {
  const { text } = scan;
  const userEnd = colon < 0 ? sign : colon;
  if (colon < 0 || NO_PASSWORD.has(text.slice(colon + 1, sign))) {
    const isToken = userEnd - at >= SHORTEST_LONE_TOKEN && scan.isMixed(at, userEnd);
    return isToken ? { start: at, end: userEnd } : undefined;
  }
  return isPlaceholder(text, colon + 1, sign) ? undefined : { start: colon + 1, end: sign };
}

/** What people write where a password would be: `***`, `$VAR`, `%s`. */
function isPlaceholder(text: string, from: number, end: number): boolean {
  const first = text[from]!;
  if (first === '$' || (first === '%' && end - from === 2)) return true;
  if (first !== '*' && first !== '.' && first !== 'x' && first !== 'X') return false;
  for (let at = from; at < end; at++) if (text[at] !== first) return false;
  return true;
}
