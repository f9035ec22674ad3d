import { channelNameOf, type ChannelData, type ChannelRule } from '../event/channels.ts';
import type { Receipt } from '../event/proposal.ts';
import { maskValue, TRUNCATED, type TextMask } from '../secrets/mask-value.ts';
import { settledLength } from '../secrets/settled.ts';

/** An event, or what wants to become one, with text that goes on from one to the next. */
export interface TextValue {
  readonly type: string;
  readonly data: ChannelData;
  readonly runId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly node?: string | undefined;
  readonly cause?: number | undefined;
  readonly metadata?: ChannelData | undefined;
  readonly size?: number;
  readonly receipt?: Receipt | undefined;
  readonly upcoming?: string | undefined;
}

/** The end of a text that may still become a secret. */
interface Channel {
  readonly type: string;
  readonly runId: string | undefined;
  readonly tenantId: string | undefined;
  readonly name: string;
  readonly rule: ChannelRule;
  text: string;
  /** The event it comes from, with as much of it as the rest of the text is told with. */
  value: TextValue;
}

/** Texts held back at the same time; the one that waits longest gives way. */
const MOST_CHANNELS = 1_000;
/** Characters of all of them together. */
const MOST_TEXT = 1 << 20;
/** Characters of one: more than a secret has in any of its forms. */
const LONGEST_TEXT = 1 << 18;
/** Characters of one with whole secrets in it, which lie one over the other; it is looked at again each time. */
const LONGEST_CHAIN = 1 << 14;
/** Characters of text for which an event is kept as it is, which is faster. */
const SHORT_TEXT = 1 << 10;

/**
 * Text that goes on from event to event, masked as if it were in one piece: what may still become a secret waits for
 * the next event of its channel, its end, or {@link flush}. Channels do not wait for each other. Memory: per channel the
 * longest text that may become a secret, at most 262,144 characters; 1,048,576 and 1,000 channels in all. Beyond it, what
 * has waited longest is let out as `[truncated]`, since the rest of a secret may follow.
 */
export class HeldText<T extends TextValue> {
  readonly #mask: TextMask;
  readonly #write: (value: T) => void;
  /** In the order in which they were last heard of. */
  readonly #channels = new Map<string, Channel>();
  /** The one heard of last, which most often goes on. */
  #last: Channel | undefined;
  #length = 0;

  constructor(mask: TextMask, write: (value: T) => void) {
    this.#mask = mask;
    this.#write = write;
  }

  /** Takes an event with text, and passes on what can be; `false` if all of it can be masked by itself. */
  take(value: T, rule: ChannelRule, content: string): boolean {
    const channel = this.#last === undefined ? undefined : this.#find(value, rule);
    const isOpen = rule.isOpen(value.data);
    const text = channel ? channel.text + content : content;
    const settled = isOpen ? settledLength(text, this.#mask, value.upcoming) : text.length;
    if (!channel && settled === text.length) return false;
    const rest = settled === text.length ? '' : text.slice(settled);
    const isOnlyText = rest !== '' && isText(value, rule);
    if (rest === '') this.#remove(channel!);
    else {
      const from = isOnlyText && content.length <= SHORT_TEXT ? value : envelopeOf(value, rule);
      if (channel) this.#change(channel, from, rest);
      else this.#add(nameOf(value, rule), rule, from, rest);
    }
    if (settled === 0 && isOnlyText) value.receipt?.settle({ outcome: 'held' });
    else this.#pass(value, rule, rest === '' ? text : text.slice(0, settled));
    if (rest !== '') this.#trim();
    return true;
  }

  /** Lets out what is held back, of one run or of all. */
  flush(of?: Pick<TextValue, 'runId' | 'tenantId'>): void {
    if (this.#last === undefined) return;
    for (const channel of [...this.#channels.values()]) {
      if (of?.runId !== undefined && (of.runId !== channel.runId || of.tenantId !== channel.tenantId))
        continue;
      this.#release(channel, this.#mask.mask(channel.text));
    }
  }

  #find(value: T, rule: ChannelRule): Channel | undefined {
    const name = nameOf(value, rule);
    const { type, runId, tenantId } = value;
    const last = this.#last!;
    if (last.name === name && last.type === type && last.runId === runId && last.tenantId === tenantId)
      return last;
    if (this.#channels.size === 1) return undefined;
    return this.#channels.get(keyOf(value, name));
  }

  #add(name: string, rule: ChannelRule, value: TextValue, text: string): void {
    const { type, runId, tenantId } = value;
    const channel: Channel = { type, runId, tenantId, name, rule, text, value };
    this.#channels.set(keyOf(value, name), channel);
    this.#length += text.length;
    this.#last = channel;
  }

  #change(channel: Channel, value: TextValue, text: string): void {
    this.#length += text.length - channel.text.length;
    channel.text = text;
    channel.value = value;
    if (this.#channels.size === 1) return;
    const key = keyOf(channel, channel.name);
    this.#channels.delete(key);
    this.#channels.set(key, channel);
    this.#last = channel;
  }

  #remove(channel: Channel): void {
    this.#length -= channel.text.length;
    this.#channels.delete(keyOf(channel, channel.name));
    if (this.#last === channel) this.#last = this.#channels.values().next().value;
  }

  #trim(): void {
    const last = this.#last!;
    if (last.text.length > LONGEST_CHAIN) {
      const text = this.#mask.mask(last.text);
      if (text !== last.text || text.length > LONGEST_TEXT) this.#release(last, text);
    }
    while (this.#channels.size > MOST_CHANNELS || this.#length > MOST_TEXT)
      this.#release(this.#channels.values().next().value!, TRUNCATED);
  }

  /** The rest of a text, as an event of its own. */
  #release(channel: Channel, text: string): void {
    this.#remove(channel);
    const { value, rule } = channel;
    const { size } = value;
    this.#write({
      ...envelopeOf(value, rule),
      ...(size !== undefined && { size: size + text.length }),
      data: this.#said(keptOf(value.data, rule), rule, text).data,
    } as TextValue as T);
  }

  #pass(value: T, rule: ChannelRule, settled: string): void {
    const text = this.#mask.mask(settled);
    const { data, growth } = this.#said(value.data, rule, text);
    const { metadata, size } = value;
    const masked = maskValue(metadata, this.#mask);
    const before = (value.data[rule.field] as string).length;
    this.#write({
      ...value,
      data,
      ...(metadata !== undefined && { metadata: masked.value }),
      // More than it is, where less is said now than was given.
      ...(size !== undefined && {
        size: size + growth + masked.growth + Math.max(0, text.length - before),
      }),
    });
  }

  /** `data` with this text, and all else masked. */
  #said(data: ChannelData, { field }: ChannelRule, text: string): { data: ChannelData; growth: number } {
    for (const name in data) {
      if (name === field) continue;
      const { value, growth } = maskValue({ ...data, [field]: '' }, this.#mask);
      const own = this.#mask.mask(field);
      return { data: { ...(value as ChannelData), [own]: text }, growth };
    }
    return { data: { [this.#mask.mask(field)]: text }, growth: 0 };
  }
}

/** Whether it says nothing but its text, so that it can merge into the next one. */
function isText({ data, metadata, cause }: TextValue, { field, keeps }: ChannelRule): boolean {
  if (metadata !== undefined || cause !== undefined) return false;
  for (const name in data) if (name !== field && !keeps.includes(name)) return false;
  return true;
}

/** An event without what was passed on with its text. */
function envelopeOf(value: TextValue, rule: ChannelRule): TextValue {
  const { metadata: _, receipt: __, upcoming: ___, ...envelope } = value;
  return { ...envelope, data: keptOf(value.data, rule) };
}

function keptOf(data: ChannelData, { keeps }: ChannelRule): ChannelData {
  return Object.fromEntries(keeps.filter(name => name in data).map(name => [name, data[name]]));
}

/** What is said again by another run keeps that run's names, so that only the place tells them apart. */
function nameOf({ data, node, metadata }: TextValue, rule: ChannelRule): string {
  const name = channelNameOf(rule, data, node);
  return metadata?.['mirrored'] === undefined ? name : `${name}\n/${node ?? ''}`;
}

function keyOf(
  { type, runId, tenantId }: Pick<TextValue, 'type' | 'runId' | 'tenantId'>,
  name: string,
): string {
  return runId === undefined ? `${type}\n${name}` : `${type}\n${name}\n${runId}\n${tenantId ?? ''}`;
}
