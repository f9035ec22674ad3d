import type { Given } from '../check-setting.ts';
import { shownAddress } from '../shown-address.ts';
import type { ConfigFile } from './config-file.ts';

/** One setting that somebody gave. */
export interface Origin {
  /** Such as `auth.keys`. */
  readonly key: string;
  /** A flag, `env NAME` or the path of a file. */
  readonly from: string;
  /** As it was written; what may be a secret is not. */
  readonly value: string;
}

const HIDDEN = '(hidden)';

/** Notes where settings come from, while they are looked up. */
export class Sources {
  readonly #origins = new Map<string, Origin>();

  constructor(file: ConfigFile | undefined) {
    if (file) for (const [key, value] of leaves(file.written, '')) this.say(key, file.path, value);
  }

  /** The first flag or variable that was given and is not empty. */
  first(
    key: string,
    ...places: readonly (readonly [name: string, text: string | undefined])[]
  ): Given | undefined {
    const place = places.find(([, text]) => text !== undefined && text !== '');
    if (!place) return undefined;
    const [name, text] = place as [string, string];
    this.say(key, name.startsWith('--') ? name : `env ${name}`, text);
    return { name, text };
  }

  /** The same for a text of the file. */
  inFile(key: string, text: string | undefined): Given | undefined {
    return text === undefined ? undefined : { name: key, text };
  }

  /** Notes one; it takes the place of what was noted before. */
  say(key: string, from: string, value: string): void {
    this.#origins.set(key, { key, from, value: shown(key, value) });
  }

  all(): readonly Origin[] {
    return [...this.#origins.values()];
  }
}

function shown(key: string, value: string): string {
  if (key === 'grants.secret' && !value.startsWith('{')) return HIDDEN;
  return /:\/\/[^]*@/.test(value) ? shownAddress(value).slice(1, -1) : value;
}

/** `{ env: NAME }` is one value: where a secret is, not what it is. */
function leaves(value: unknown, at: string): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return at === '' ? [] : [[at, text]];
  }
  const entries = Object.entries(value) as [string, unknown][];
  if (entries.length === 1 && /^(?:env|file)$/.test(entries[0]![0]) && typeof entries[0]![1] === 'string')
    return [[at, `{ ${entries[0]![0]}: ${entries[0]![1]} }`]];
  return entries.flatMap(([name, inner]) => leaves(inner, at === '' ? name : `${at}.${name}`));
}
