import type { JsonObject } from '../../index.ts';
import type { ProducedEvent } from '../../client/index.ts';
import { isAdmissible } from '../admissible.ts';
import type { AgentOutput } from './agent-output.ts';
import type { OutputText } from './line-cutter.ts';

/** Which output of a program. */
export type Channel = 'stdout' | 'stderr';

/** Characters of one token: six bytes each at the most, which is less than an event may have. */
const LONGEST_TOKEN = 32_768;
/** What JSON reads and writes otherwise: digits that a number cannot hold, and exponents. */
const INEXACT = /\d{16}|\d[eE][+-]?\d/;
const MEMBERS = ['type', 'data', 'source', 'node', 'metadata', 'key'];

/** The events of a text: tokens that together are the text, of a message that is named for the channel. */
export function tokensOf({ text }: OutputText, channel: Channel): ProducedEvent[] {
  const tokens: ProducedEvent[] = [];
  for (let from = 0, to; from < text.length; from = to) {
    to = cut(text, from);
    tokens.push({ type: 'token', data: { content: text.slice(from, to), messageId: channel } });
  }
  return tokens;
}

/**
 * {@link tokensOf}, but for lines that are a JSON object: one that is an event that an agent may emit is that event, any
 * other is an `observation` with the object as `extras`. Only where writing the object again would not give its numbers
 * is the line beside it, as `content`. Lines of `agent`, on standard output, are the events that it tells.
 */
export function eventsOf(
  { text, startsLine }: OutputText,
  channel: Channel,
  agent?: AgentOutput,
): ProducedEvent[] {
  const events: ProducedEvent[] = [];
  let from = 0;
  let at = startsLine && text.startsWith('{') ? 0 : nextObject(text, 0);
  while (at >= 0) {
    const end = text.indexOf('\n', at) + 1 || text.length;
    const said = eventsOfLine(text.slice(at, end).trimEnd(), channel, agent);
    if (said) {
      events.push(...tokensOf({ text: text.slice(from, at), startsLine }, channel), ...said);
      from = end;
    }
    at = text.startsWith('{', end) ? end : nextObject(text, end);
  }
  events.push(...tokensOf({ text: text.slice(from), startsLine }, channel));
  return events;
}

function nextObject(text: string, from: number): number {
  const at = text.indexOf('\n{', from);
  return at < 0 ? at : at + 1;
}

function eventsOfLine(
  line: string,
  channel: Channel,
  agent: AgentOutput | undefined,
): readonly ProducedEvent[] | undefined {
  if (!line.endsWith('}')) return undefined;
  let value: JsonObject;
  try {
    value = JSON.parse(line) as JsonObject;
  } catch {
    return undefined;
  }
  const told = channel === 'stdout' ? agent?.read(value) : undefined;
  // Only who writes a run without an agent may say that something went wrong.
  if (told?.every(event => event.type === 'error' || isAdmissible(event))) return told;
  const said = value as unknown as ProducedEvent;
  if (isEventLike(value) && isAdmissible(said)) return [said];
  const content = INEXACT.test(line) ? { content: line } : {};
  const seen = { type: 'observation', data: { kind: channel, ...content, extras: value } };
  return isAdmissible(seen) ? [seen] : undefined;
}

function isEventLike(value: JsonObject): boolean {
  return typeof value['type'] === 'string' && Object.keys(value).every(name => MEMBERS.includes(name));
}

/** Behind a line end if there is one, and never inside a surrogate pair. */
function cut(text: string, from: number): number {
  const most = from + LONGEST_TOKEN;
  if (text.length <= most) return text.length;
  const line = text.lastIndexOf('\n', most - 1) + 1;
  if (line > from) return line;
  const last = text.charCodeAt(most - 1);
  return last >= 0xd800 && last < 0xdc00 ? most - 1 : most;
}
