/** DEL, C1, what JSON leaves as it is and a terminal or another reader of lines does not: separators and marks of direction. */
const COMMANDS = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A value as one line of JSON, in which no text of somebody else begins a line or moves a terminal. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    COMMANDS,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
