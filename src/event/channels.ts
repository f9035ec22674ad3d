import { isCustomType } from './event-types.ts';

/** Where text of one type stands that goes on from event to event, and which events it goes on in. */
export interface ChannelRule {
  /** The member of `data` that holds the text; nothing else of an event continues. */
  readonly field: string;
  /** Members of `data` that name what the text belongs to: the first one there is. Without any it is the `node`. */
  readonly names: readonly string[];
  /** Members of `data` that keep two texts of one name apart. */
  readonly apart: readonly string[];
  /** Members of `data` that an event with the rest of the text must have. */
  readonly keeps: readonly string[];
  /** Whether more text may follow that of this event. */
  isOpen(data: ChannelData): boolean;
}

/** `data` of an event, of which nothing is known. */
export type ChannelData = Readonly<Record<string, unknown>>;

const isPartial = ({ partial, last }: ChannelData): boolean => partial === true && last !== true;

const token: ChannelRule = {
  field: 'content',
  names: ['messageId'],
  apart: [],
  keeps: ['messageId', 'role'],
  isOpen: ({ finishReason }) => finishReason === undefined,
};

const NAMES = ['messageId', 'callId'];
const turn: ChannelRule = {
  field: 'content',
  names: NAMES,
  apart: ['kind'],
  keeps: ['kind', 'messageId', 'callId', 'partial'],
  isOpen: isPartial,
};

const custom: ChannelRule = { ...turn, field: 'delta' };

/**
 * Every type whose text goes on: streamed tokens, and what says of itself that it is `partial`: arguments of a call,
 * an answer of a model, the output of a shell, a part of an artifact, a `delta` of a custom type.
 */
const RULES: ReadonlyMap<string, ChannelRule> = new Map([
  ['token', token],
  ['tool.called', partialCall('args', ['tool'])],
  ['llm.response', partialCall('response', ['durationMs'])],
  ['action', turn],
  ['observation', turn],
  [
    'artifact',
    {
      field: 'data',
      names: ['artifactId'],
      apart: [],
      keeps: ['artifactId', 'artifactType', 'name', 'partial'],
      isOpen: isPartial,
    },
  ],
]);

/** The rule of a type, if text of it may go on from event to event. */
export function channelRuleOf(type: string): ChannelRule | undefined {
  // The hottest type there is.
  if (type === 'token') return token;
  return RULES.get(type) ?? (isCustomType(type) ? custom : undefined);
}

/** Types that {@link channelRuleOf} knows, custom ones aside. */
export const CHANNEL_TYPES: readonly string[] = [...RULES.keys()];

/** What the text of an event belongs to. */
export function channelNameOf(
  { names, apart }: ChannelRule,
  data: ChannelData,
  node: string | undefined,
): string {
  let name = node === undefined ? '' : `/${node}`;
  for (let at = 0; at < names.length; at++) {
    const own = data[names[at]!];
    if (typeof own !== 'string') continue;
    name = own;
    break;
  }
  for (let at = 0; at < apart.length; at++) name += `\n${String(data[apart[at]!])}`;
  return name;
}

function partialCall(field: string, keeps: readonly string[]): ChannelRule {
  return {
    field,
    names: ['callId'],
    apart: [],
    keeps: ['callId', ...keeps, 'partial'],
    isOpen: isPartial,
  };
}
