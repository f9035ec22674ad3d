import { isCustomType } from './event-types.ts';

/** Where text of one type stands that goes on from event to event, and which events it goes on in. */
export interface ChannelRule {
  /** The member of `data` that holds the text; nothing else of an event continues. */
  readonly field: string;
  /** Members of `data` that an event with the rest of the text must have. */
  readonly keeps: readonly string[];
  /** What the text belongs to, among those of its type. */
  nameOf(data: ChannelData, node: string | undefined): string;
  /** Whether more text may follow that of this event. */
  isOpen(data: ChannelData): boolean;
}

/** `data` of an event, of which nothing is known. */
export type ChannelData = Readonly<Record<string, unknown>>;

const isPartial = ({ partial, last }: ChannelData): boolean => partial === true && last !== true;

/** The first name that there is, else the step it was said in. */
function named(first: unknown, second: unknown, node: string | undefined): string {
  if (typeof first === 'string') return first;
  if (typeof second === 'string') return second;
  return node === undefined ? '' : `/${node}`;
}

const token: ChannelRule = {
  field: 'content',
  keeps: ['messageId', 'role'],
  nameOf: ({ messageId }, node) => named(messageId, undefined, node),
  isOpen: ({ finishReason }) => finishReason === undefined,
};

/** One turn of an agent, or what came of it; kinds are apart, such as the two outputs of a shell. */
const turn: ChannelRule = {
  field: 'content',
  keeps: ['kind', 'messageId', 'callId', 'partial'],
  nameOf: ({ kind, messageId, callId }, node) => `${named(messageId, callId, node)}\n${String(kind)}`,
  isOpen: isPartial,
};

const custom: ChannelRule = { ...turn, field: 'delta' };

function partOf(name: string, field: string, keeps: readonly string[]): ChannelRule {
  return {
    field,
    keeps: [name, ...keeps, 'partial'],
    nameOf: (data, node) => named(data[name], undefined, node),
    isOpen: isPartial,
  };
}

/**
 * Every type whose text goes on: streamed tokens, and what says of itself that it is `partial`: arguments of a call,
 * an answer of a model, the output of a shell, a part of an artifact, a `delta` of a custom type.
 */
const RULES: ReadonlyMap<string, ChannelRule> = new Map([
  ['token', token],
  ['tool.called', partOf('callId', 'args', ['tool'])],
  ['llm.response', partOf('callId', 'response', ['durationMs'])],
  ['action', turn],
  ['observation', turn],
  ['artifact', partOf('artifactId', 'data', ['artifactType', 'name'])],
]);

/** The rule of a type, if text of it may go on from event to event. */
export function channelRuleOf(type: string): ChannelRule | undefined {
  // The hottest type there is.
  if (type === 'token') return token;
  return RULES.get(type) ?? (isCustomType(type) ? custom : undefined);
}
