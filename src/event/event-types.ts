import type { CustomType, EventType } from './run-event.ts';

/** Birth and ends of a run. No filter drops them; only the engine makes them. */
export const LIFECYCLE_TYPES = ['started', 'complete', 'error', 'cancelled'] as const;

/** Types that can end a run: `complete` and `cancelled` always do, `error` does unless it is recoverable. */
export const END_TYPES = ['complete', 'error', 'cancelled'] as const;

/** Questions, answers and decisions. No filter drops them; only the engine makes them. */
export const PEOPLE_TYPES = ['ask', 'answer', 'control.decided'] as const;

/** What an agent says while it works. */
export const STREAMING_TYPES = ['token', 'step', 'progress', 'checkpoint', 'artifact'] as const;

/** What is done in the steps of a run. */
export const EXECUTION_TYPES = [
  'pipeline.started',
  'pipeline.completed',
  'pipeline.failed',
  'wave.started',
  'wave.completed',
  'wave.failed',
  'node.started',
  'node.completed',
  'node.failed',
  'node.skipped',
  'tool.called',
  'tool.completed',
  'tool.failed',
  'llm.prompt',
  'llm.response',
  'llm.failed',
] as const;

/** The turns of an agent that acts on an environment. */
export const CONVERSATION_TYPES = ['action', 'observation'] as const;

/** Every type of the vocabulary, in the order of the reference. */
export const EVENT_TYPES = [
  ...LIFECYCLE_TYPES,
  'status',
  ...STREAMING_TYPES,
  ...EXECUTION_TYPES,
  ...CONVERSATION_TYPES,
  ...PEOPLE_TYPES,
] as const satisfies readonly EventType[];

/** Types that no filter and no `record` option drops. */
export const ALWAYS_TYPES = [...LIFECYCLE_TYPES, ...PEOPLE_TYPES] as const;

/** Types that only the engine makes: agents use `ctx.warn`, `ctx.ask` and their return value instead. */
export const RESERVED_TYPES = [...LIFECYCLE_TYPES, 'status', ...PEOPLE_TYPES] as const;

const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES);
const RESERVED: ReadonlySet<string> = new Set(RESERVED_TYPES);
const ALWAYS: ReadonlySet<string> = new Set(ALWAYS_TYPES);
const STATEMENTS: ReadonlySet<string> = new Set([...STREAMING_TYPES, ...CONVERSATION_TYPES]);
const CUSTOM = /^custom:[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/** Whether a type belongs to the vocabulary of this version. */
export function isEventType(type: string): type is EventType {
  return KNOWN.has(type);
}

/** Whether a type is a user's own: `custom:` and a name of 1 to 64 characters, `[A-Za-z_][A-Za-z0-9_.-]*`. */
export function isCustomType(type: string): type is CustomType {
  return CUSTOM.test(type);
}

/** Whether only the engine may make events of this type. */
export function isReserved(type: string): boolean {
  return RESERVED.has(type);
}

/** Whether events of this type pass every filter. */
export function isAlwaysPassed(type: string): boolean {
  return ALWAYS.has(type);
}

/**
 * Whether an event of this type is something an agent says, which a policy may withhold or replace. All other
 * types are facts: they happened, and no verdict takes them back.
 */
export function isStatement(type: string): boolean {
  return STATEMENTS.has(type) || type.startsWith('custom:');
}
