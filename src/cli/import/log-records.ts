import { inputLines } from '../input-lines.ts';

/**
 * The records of a log as text: its lines, or the items of a file that is one array, or a file that is one object over
 * several lines. Memory: one line, or such a file. Rejects with `BAD_REQUEST` for a line beyond 64 M characters.
 */
export async function* logRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let whole: string[] | undefined;
  let isFirst = true;
  for await (const { text } of inputLines(chunks)) {
    const line = isFirst ? text.replace(/^\uFEFF/, '') : text;
    const trimmed = line.trim();
    if (trimmed === '') continue;
    if (isFirst && (trimmed.startsWith('[') || trimmed === '{')) whole = [];
    isFirst = false;
    if (whole) whole.push(line);
    else yield line;
  }
  if (whole) yield* recordsOf(whole);
}

/** Lines that are no array and no object after all are lines. */
function recordsOf(lines: readonly string[]): readonly string[] {
  const text = lines.join('\n');
  try {
    JSON.parse(text);
  } catch {
    return lines;
  }
  return text.trimStart().startsWith('[') ? itemsOf(text) : [text];
}

/** The items of an array that is well formed, as they are written. */
function itemsOf(text: string): readonly string[] {
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  let isText = false;
  const end = (to: number): void => {
    const item = text.slice(from, to).trim();
    if (item !== '') items.push(item);
    from = to + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (isText) {
      if (mark === '\\') at++;
      else if (mark === '"') isText = false;
    } else if (mark === '"') isText = true;
    else if (mark === '[' || mark === '{') {
      if (depth++ === 0) from = at + 1;
    } else if (mark === ']' || mark === '}') {
      if (--depth === 0) end(at);
    } else if (mark === ',' && depth === 1) end(at);
  }
  return items;
}
