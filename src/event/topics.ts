import { EVENT_TYPES, isCustomType } from './event-types.ts';

/** A name that selects several types: all that share the part before the star. */
export type Topic = `${'pipeline' | 'wave' | 'node' | 'tool' | 'llm' | 'control'}.*` | 'custom:*';

/** Every topic: one for each group of dotted types, and one for all custom types. */
export const TOPICS = [
  ...new Set(
    EVENT_TYPES.filter(type => type.includes('.')).map(type => `${type.slice(0, type.indexOf('.'))}.*`),
  ),
  'custom:*',
] as readonly Topic[];

const KNOWN: ReadonlySet<string> = new Set([...EVENT_TYPES, ...TOPICS]);

/** Whether `name` is a type of the vocabulary, a topic, or a well-formed custom type. */
export function isTopicName(name: string): boolean {
  return KNOWN.has(name) || isCustomType(name);
}

/**
 * Whether a topic or exact type selects a type. Types that this version does not know are selected by the star
 * of their group: `node.*` selects `node.paused`.
 */
export function topicSelects(topic: string, type: string): boolean {
  return topic.endsWith('*') ? type.startsWith(topic.slice(0, -1)) : topic === type;
}
