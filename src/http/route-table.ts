import { SluiceError } from '../errors/sluice-error.ts';
import type { GuardedRoute } from './guarded-route.ts';

/** Routes by path and method: `{ '/runs/{id}': { GET: reading(showRun) } }`. What stands behind `{id}` must be there. */
export type Routes = Readonly<
  Record<string, Readonly<Partial<Record<'GET' | 'POST' | 'DELETE', GuardedRoute>>>>
>;

export interface RouteMatch {
  /** Its pattern: `/runs/{id}`. */
  readonly pattern: string;
  readonly guarded: GuardedRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. `HEAD` is answered like `GET`, and whoever renders leaves out the body. */
export class RouteTable {
  readonly #paths: readonly { readonly parts: readonly string[]; readonly methods: Routes[string] }[];

  /** Where several answer one address, the first does. */
  constructor(...tables: readonly Routes[]) {
    this.#paths = tables
      .flatMap(routes => Object.entries(routes))
      .map(([path, methods]) => ({ parts: path.split('/'), methods }));
  }

  /** Throws `NOT_FOUND`, `METHOD_NOT_ALLOWED` with `details.allow`, and `BAD_REQUEST` for a malformed path. */
  find(method: string, path: string): RouteMatch {
    const parts = path.split('/');
    for (const { parts: pattern, methods } of this.#paths) {
      const params = match(pattern, parts);
      if (!params) continue;
      const guarded = methods[(method === 'HEAD' ? 'GET' : method) as keyof typeof methods];
      if (guarded) return { pattern: pattern.join('/'), guarded, params };
      throw notAllowed(method, path, Object.keys(methods));
    }
    throw new SluiceError('NOT_FOUND', `${shown(path)}: there is nothing at this address.`);
  }

  /** What an address answers; nothing if there is none. */
  methods(path: string): readonly string[] {
    const parts = path.split('/');
    return this.#paths
      .filter(({ parts: pattern }) => match(pattern, parts))
      .flatMap(({ methods }) => Object.keys(methods));
  }
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const actual = parts[at]!;
    if (part.startsWith('{')) {
      const end = part.indexOf('}');
      const suffix = part.slice(end + 1);
      if (!actual.endsWith(suffix)) return undefined;
      params[part.slice(1, end)] = decoded(actual.slice(0, actual.length - suffix.length));
    } else if (part !== actual) return undefined;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new SluiceError('BAD_REQUEST', `path: ${shown(part)} is not percent-encoded UTF-8.`);
  }
}

function notAllowed(method: string, path: string, methods: readonly string[]): SluiceError {
  const allow = methods.flatMap(name => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ');
  return new SluiceError('METHOD_NOT_ALLOWED', `${shown(path)} answers ${allow}, not ${shown(method)}.`, {
    details: { allow },
  });
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
