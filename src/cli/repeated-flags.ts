import { SluiceError } from '../index.ts';

/** Collects a flag that may be repeated. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** What `--label name=value …` says; `undefined` where there is none. Throws `BAD_OPTION`. */
export function labelsOf(texts: readonly string[] | undefined): Record<string, string> | undefined {
  return texts && Object.fromEntries(texts.map(labelOf));
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SluiceError(
    'BAD_OPTION',
    `--label: expected name=value, got ${JSON.stringify(text.slice(0, 80))}.`,
  );
}
