/** What a terminal obeys: C0 without tab and line feed, DEL, C1; and what turns the order of letters around. */
const COMMANDS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const DELETE = 0x7f;
/** Where Unicode has pictures of the control characters from 0 on. */
const PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';

/**
 * Text of somebody else, so that a terminal shows it and does nothing else: control characters become their pictures
 * (`␛`), or their numbers where there is none. Tabs and line feeds stay, and a return in front of a line feed or at the
 * end goes: it may be half of one. Pure.
 */
export function printable(text: string): string {
  return text.replace(/\r+(?=\n|$)/g, '').replace(COMMANDS, shown);
}

/** {@link printable} in one line. */
export function inline(text: string): string {
  return printable(text.replace(/\s*[\n\t]\s*/g, ' '));
}

/** The beginning of a text: at most so many characters, the last one `…` if there are more. */
export function clipped(text: string, length: number): string {
  // Two units are one character at the most, so what lies beyond needs no look.
  const characters = [...text.slice(0, 2 * length + 2)];
  if (characters.length <= length) return text;
  return `${characters.slice(0, Math.max(length - 1, 0)).join('')}…`;
}

/** A word as it is pasted into a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function shown(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  if (code === DELETE) return PICTURE_OF_DELETE;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
