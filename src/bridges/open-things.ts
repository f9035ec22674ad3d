/** What another system calls the beginnings and the ends of things, as a table. */
export interface OpenTable<Said> {
  /** What each opener is closed with, and the member that names the two. */
  readonly closers: Readonly<Record<string, { readonly type: string; readonly name: string }>>;
  /** What begins the run, and what ends it. */
  readonly begins: string;
  readonly ends: readonly string[];
  /** An opener, or what began the run, for a client that returns; nothing where it needs none. */
  readonly again: (opener: Said) => Said | undefined;
}

/** What saying something changes. */
type Turn =
  | { readonly to: 'running' }
  | { readonly to: 'ended' }
  | { readonly to: 'open' | 'closed'; readonly closer: string; readonly name: string };

/** The turns of a table, by the type that is said; what changes nothing is not in it. */
type Turns = ReadonlyMap<string, Turn>;

/** By table: streams come and go, and tables are few. */
const TURNS = new WeakMap<object, Turns>();

/**
 * What is open in a stream of another system, so that it can be closed before the end and opened again for a client that
 * returns. Told of everything that was said. Memory: an opener per thing that is open.
 */
export class OpenThings<Said extends { readonly type: string }> {
  readonly #table: OpenTable<Said>;
  readonly #turns: Turns;
  /** Openers by their closer and name, oldest first. */
  readonly #open = new Map<string, Said>();
  /** What began the run, while there is no end to it. */
  #run: Said | undefined;

  constructor(table: OpenTable<Said>) {
    this.#table = table;
    this.#turns = turnsOf(table);
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  get size(): number {
    return this.#open.size;
  }

  copy(): OpenThings<Said> {
    const copy = new OpenThings(this.#table);
    for (const [key, opener] of this.#open) copy.#open.set(key, opener);
    copy.#run = this.#run;
    return copy;
  }

  has(closer: string, name: string): boolean {
    return this.#open.size > 0 && this.#open.has(`${closer} ${name}`);
  }

  /** To be called for everything that is said. */
  note(said: Said): void {
    const turn = this.#turns.get(said.type);
    if (!turn) return;
    if (turn.to === 'running') this.#run = said;
    else if (turn.to === 'ended') this.#run = undefined;
    else {
      const key = `${turn.closer} ${nameOf(said, turn.name)}`;
      if (turn.to === 'open') this.#open.set(key, said);
      else this.#open.delete(key);
    }
  }

  /** What closes all of it, the youngest first. */
  closing(): Said[] {
    return [...this.#open.values()].reverse().map(opener => {
      const { type, name } = this.#table.closers[opener.type]!;
      return { type, [name]: nameOf(opener, name) } as unknown as Said;
    });
  }

  /** What opens all of it again; the run first, if it goes on. */
  reopening(): Said[] {
    const openers = [...(this.#run ? [this.#run] : []), ...this.#open.values()];
    return openers.flatMap(opener => this.#table.again(opener) ?? []);
  }

  /** Those of one kind, oldest first. */
  named(closer: string): string[] {
    return [...this.#open.keys()]
      .filter(key => key.startsWith(`${closer} `))
      .map(key => key.slice(closer.length + 1));
  }
}

function turnsOf<Said>(table: OpenTable<Said>): Turns {
  const known = TURNS.get(table);
  if (known) return known;
  const turns = turnsIn(table);
  TURNS.set(table, turns);
  return turns;
}

function turnsIn<Said>({ closers, begins, ends }: OpenTable<Said>): Turns {
  return new Map<string, Turn>([
    [begins, { to: 'running' }],
    ...ends.map(type => [type, { to: 'ended' }] as const),
    ...Object.entries(closers).flatMap(([opener, { type, name }]) => [
      [opener, { to: 'open', closer: type, name }] as const,
      [type, { to: 'closed', closer: type, name }] as const,
    ]),
  ]);
}

function nameOf(said: object, name: string): string {
  return (said as Readonly<Record<string, string>>)[name]!;
}
