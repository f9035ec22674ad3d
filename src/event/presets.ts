import type { Topic } from './topics.ts';
import type { CustomType, EventType } from './run-event.ts';

/** The name of a ready-made selection. */
export type Preset = 'minimal' | 'chat' | 'debug' | 'all';

/**
 * What each preset selects besides lifecycle, people and control, which always pass. `everything` includes
 * types that this version does not know; `debug` is another name of `all`.
 */
export const PRESETS: Readonly<Record<Preset, 'everything' | readonly (EventType | CustomType | Topic)[]>> = {
  minimal: [],
  chat: ['token', 'step'],
  debug: 'everything',
  all: 'everything',
};

/** Whether `name` is that of a preset. */
export function isPreset(name: string): name is Preset {
  return Object.hasOwn(PRESETS, name);
}
