import { SluiceError } from '../../errors/sluice-error.ts';

/** What `streaming.events.allowed` of a Dockfile may be: a preset, or names of events. */
export type EventsAllowed = string | readonly string[];

/** The same choice in our words. */
export interface EventsChoice {
  /** As `filter` and `record` take it. */
  readonly filter: string;
  /** Whether silence is filled with `heartbeat` events; with comments otherwise. */
  readonly heartbeats: boolean;
}

/** What each preset of Dockrion is here. The events that always come are not named. */
export const PRESETS: Readonly<Record<string, EventsChoice>> = {
  minimal: { filter: 'minimal', heartbeats: false },
  chat: { filter: 'token,step', heartbeats: true },
  debug: { filter: 'all', heartbeats: true },
  all: { filter: 'all', heartbeats: true },
};

/** What each name in a list of Dockrion is here; empty for what has no name, since it always comes or is no event. */
export const ALLOWED: Readonly<Record<string, string>> = {
  token: 'token',
  step: 'step',
  progress: 'progress',
  checkpoint: 'checkpoint',
  custom: 'custom:*',
  heartbeat: '',
  started: '',
  complete: '',
  error: '',
  cancelled: '',
};

const CUSTOM = /^custom:[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads what an `EventsFilter` is made of; nothing means everything. Throws `BAD_FILTER`. */
export function fromEventsFilter(allowed: EventsAllowed | undefined): EventsChoice {
  if (allowed === undefined) return PRESETS['all']!;
  if (typeof allowed === 'string') {
    if (Object.hasOwn(PRESETS, allowed)) return PRESETS[allowed]!;
    throw badFilter(`expected a preset (${Object.keys(PRESETS).join(', ')}) or a list`, allowed);
  }
  const names = allowed.map(name => {
    if (CUSTOM.test(name)) return name;
    if (Object.hasOwn(ALLOWED, name)) return ALLOWED[name]!;
    throw badFilter(`expected ${Object.keys(ALLOWED).join(', ')} or custom:<name>`, name);
  });
  const filter = names.filter(name => name !== '').join(',');
  return { filter: filter === '' ? 'minimal' : filter, heartbeats: allowed.includes('heartbeat') };
}

function badFilter(expected: string, got: unknown): SluiceError {
  return new SluiceError(
    'BAD_FILTER',
    `dockrion: events: ${expected}, got ${JSON.stringify(String(got).slice(0, 100))}.`,
  );
}
