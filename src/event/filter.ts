import { SluiceError } from '../errors/sluice-error.ts';
import { EVENT_TYPES, isAlwaysPassed, isCustomType } from './event-types.ts';
import { isPreset, PRESETS, type Preset } from './presets.ts';
import type { CustomType, EventType } from './run-event.ts';
import { isTopicName, TOPICS, topicSelects, type Topic } from './topics.ts';

/** One name of a filter: a preset, a type, or a topic such as `node.*` and `custom:*`. */
export type FilterName = Preset | Topic | EventType | CustomType;

/** Any string; keeps the completion of the names beside it in editors. */
type Text = string & Record<never, never>;

/** A name, several names, or several names in one string with commas between them (as `?filter=` has them). */
export type FilterSpec = FilterName | Text | readonly (FilterName | Text)[];

/** Which types of events a reader sees, or a run records. Notices are not its business: they always pass. */
export interface EventFilter {
  /** True if nothing is ever left out, so that the question can be skipped. */
  readonly passesAll: boolean;
  /** Whether events of this type pass. Lifecycle, people and control always do. One lookup in a map. */
  passes(type: string): boolean;
  /** The names it was made from. */
  readonly spec: readonly string[];
}

export interface FilterReading {
  readonly custom?: readonly string[] | undefined;
  /** What the message calls it. Default: `filter`. */
  readonly option?: string | undefined;
}

// Types come from producers, so their number is not ours to trust; beyond this they are judged each time.
const LARGEST_MEMO = 512;
const MOST_NAMES = 256;

/**
 * Reads a filter. `undefined` passes everything. With `custom`, the names that were declared by `defineEvents`,
 * a custom type that is not among them is a mistake; without it any well-formed one may be named.
 *
 * Throws `BAD_FILTER` for names that are unknown, malformed, empty, or none at all; the message and
 * `details.known` list what there is.
 */
export function parseFilter(spec: FilterSpec | undefined, reading: FilterReading = {}): EventFilter {
  const names = spec === undefined ? ['all'] : namesOf(spec, reading);
  for (const name of names) checkName(name, reading);

  const selections = names.map(name => (isPreset(name) ? PRESETS[name] : [name]));
  if (selections.includes('everything')) return { passesAll: true, passes: () => true, spec: names };

  const topics = [...new Set(selections.flat())];
  const memo = new Map<string, boolean>();
  const judge = (type: string): boolean => {
    const passed = isAlwaysPassed(type) || topics.some(topic => topicSelects(topic, type));
    if (memo.size < LARGEST_MEMO) memo.set(type, passed);
    return passed;
  };
  return { passesAll: false, passes: type => memo.get(type) ?? judge(type), spec: names };
}

function namesOf(spec: unknown, reading: FilterReading): readonly string[] {
  const given: readonly unknown[] = Array.isArray(spec) ? spec : [spec];
  if (given.length === 0) throw badFilter('expected at least one name, got an empty list', reading);
  const names = given.flatMap(item => {
    if (typeof item !== 'string')
      throw badFilter(`expected names, got ${item === null ? 'null' : typeof item}`, reading);
    return item.split(',', MOST_NAMES + 1).map(name => name.trim());
  });
  if (names.length > MOST_NAMES) throw badFilter(`expected at most ${MOST_NAMES} names, got more`, reading);
  return names;
}

function checkName(name: string, reading: FilterReading): void {
  const { custom } = reading;
  if (name === '') throw badFilter('expected names, got an empty one', reading);
  if (!isPreset(name) && !isTopicName(name)) {
    throw badFilter(`expected a preset, type or topic, got ${JSON.stringify(name.slice(0, 100))}`, reading);
  }
  if (custom !== undefined && isCustomType(name) && !custom.includes(name)) {
    const declared = custom.length === 0 ? 'none is' : `declared are ${custom.join(', ')}`;
    throw badFilter(`${name} is not a declared custom type (${declared})`, reading);
  }
}

function badFilter(problem: string, { custom, option = 'filter' }: FilterReading): SluiceError {
  const presets = Object.keys(PRESETS);
  const types = [...EVENT_TYPES, ...TOPICS, ...(custom ?? ['custom:<name>'])];
  return new SluiceError(
    'BAD_FILTER',
    `${option}: ${problem}. Presets: ${presets.join(', ')}. Types and topics: ${types.join(', ')}.`,
    { details: { known: [...presets, ...types] } },
  );
}
