import type { ChannelData, ChannelRule } from '../event/channels.ts';
import type { Receipt } from '../event/proposal.ts';
import { textBefore } from '../secrets/inside-word.ts';
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

/** A text that goes on. */
interface Channel {
  readonly type: string;
  readonly runId: string | undefined;
  readonly tenantId: string | undefined;
  readonly name: string;
  readonly rule: ChannelRule;
  /** Its end, which may still become part of a secret. */
  text: string;
  /** The last characters in front of that. */
  before: string;
  /** The event that the end comes from, with as much of it as the end is told with. */
  value: TextValue | undefined;
}

/** Texts that are known at the same time. */
const MOST_CHANNELS = 1_000;
/** Characters held back of all of them together. */
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
  readonly #copy: CopyValue;
  /** In the order in which they were last heard of. */
  readonly #channels = new Map<string, Channel>();
  /** The one heard of last, which most often goes on. */
  #last: Channel | undefined;
  #length = 0;
  /** By how much what was masked besides a text became longer. */
  #growth = 0;

  constructor(mask: TextMask, copy: CopyValue, write: (value: T) => void) {
    this.#mask = mask;
    this.#copy = copy;
    this.#write = write;
  }

  /** Takes an event with text, and passes on what can be; `false` if all of it can be masked by itself. */
  take(value: T, rule: ChannelRule, content: string): boolean {
    if (!this.#mask.pending) return false;
    const isOpen = rule.isOpen(value.data);
    const known = this.#last === undefined ? undefined : this.#find(value, rule);
    if (!known && !isOpen) return false;
    const channel = known ?? this.#add(value, rule);
    const { text: held, before } = channel;
    const text = held === '' ? content : held + content;
    const settled = isOpen ? settledLength(text, this.#mask, { before, ahead: value.upcoming }) : text.length;
    if (settled < text.length) {
      const isOnlyText = isText(value, rule);
      const from = isOnlyText && content.length <= SHORT_TEXT ? value : envelopeOf(value, rule);
      this.#hold(channel, text.slice(settled), from);
      if (settled === 0 && isOnlyText) {
        value.receipt?.settle({ outcome: 'held' });
      } else {
        if (settled > 0) channel.before = this.#front(text, settled, before);
        this.#pass(value, rule, text.slice(0, settled), before);
      }
      if (this.#length > MOST_TEXT || channel.text.length > LONGEST_CHAIN) this.#trim(channel);
      return true;
    }
    if (!isOpen) this.#remove(channel);
    else if (text !== '') {
      if (held !== '') this.#hold(channel, '', undefined);
      channel.before = this.#front(text, text.length, before);
    }
    // By itself the text may look like a secret, but not behind what was before it.
    if (held === '' && (before === '' || !this.#mask.finds?.(content, before))) return false;
    this.#pass(value, rule, text, before);
    return true;
  }

  /** Lets out what is held back, of one run or of all, and begins again. */
  flush(of?: Pick<TextValue, 'runId' | 'tenantId'>): void {
    if (this.#last === undefined) return;
    for (const channel of [...this.#channels.values()]) {
      if (of?.runId !== undefined && (of.runId !== channel.runId || of.tenantId !== channel.tenantId))
        continue;
      this.#remove(channel);
      this.#release(channel, this.#mask.mask(channel.text, channel));
    }
  }

  #find(value: T, rule: ChannelRule): Channel | undefined {
    const name = nameOf(value, rule);
    const { type, runId, tenantId } = value;
    const last = this.#last!;
    if (last.name === name && last.type === type && last.runId === runId && last.tenantId === tenantId)
      return last;
    if (this.#channels.size === 1) return undefined;
    const key = keyOf(value, name);
    const channel = this.#channels.get(key);
    if (!channel) return undefined;
    this.#channels.delete(key);
    this.#channels.set(key, channel);
    return (this.#last = channel);
  }

  #add(value: T, rule: ChannelRule): Channel {
    if (this.#channels.size >= MOST_CHANNELS) this.#giveUp();
    const { type, runId, tenantId } = value;
    const name = nameOf(value, rule);
    const channel: Channel = { type, runId, tenantId, name, rule, text: '', before: '', value: undefined };
    this.#channels.set(keyOf(value, name), channel);
    return (this.#last = channel);
  }

  #front(text: string, end: number, before: string): string {
    return this.#mask.ignoresBefore === true ? '' : textBefore(text, end, before);
  }

  #hold(channel: Channel, text: string, value: TextValue | undefined): void {
    this.#length += text.length - channel.text.length;
    channel.text = text;
    channel.value = value;
  }

  #remove(channel: Channel): void {
    this.#length -= channel.text.length;
    this.#channels.delete(keyOf(channel, channel.name));
    if (this.#last === channel) this.#last = this.#channels.values().next().value;
  }

  /** Forgets the channel of which nobody has heard for longest; of those that hold nothing back, if there is one. */
  #giveUp(): void {
    let oldest: Channel | undefined;
    for (const channel of this.#channels.values()) {
      if (channel.text === '') return this.#remove(channel);
      oldest ??= channel;
    }
    this.#remove(oldest!);
    this.#release(oldest!, TRUNCATED);
  }

  #trim(channel: Channel): void {
    if (channel.text.length > LONGEST_CHAIN) {
      const text = this.#mask.mask(channel.text, channel);
      if (text !== channel.text || channel.text.length > LONGEST_TEXT) {
        this.#remove(channel);
        this.#release(channel, text);
      }
    }
    while (this.#length > MOST_TEXT) this.#giveUp();
  }

  /** The rest of a text, as an event of its own. */
  #release({ value, rule }: Channel, text: string): void {
    if (value === undefined) return;
    const rest = envelopeOf(value, rule);
    const data = this.#said(rest.data, rule, text);
    this.#write({
      ...rest,
      data,
      ...(rest.size !== undefined && { size: rest.size + text.length + this.#growth }),
    } as TextValue as T);
  }

  #pass(value: T, rule: ChannelRule, settled: string, before: string): void {
    const text = this.#mask.mask(settled, before === '' ? undefined : { before });
    const data = this.#said(value.data, rule, text);
    let { size, metadata } = value;
    // An upper estimate may be more than it has to.
    if (size !== undefined)
      size += this.#growth + Math.max(0, text.length - (value.data[rule.field] as string).length);
    if (metadata !== undefined) {
      const masked = maskValue(metadata, this.#mask);
      metadata = masked.value as ChannelData;
      if (size !== undefined) size += masked.growth;
    }
    this.#write(this.#copy(value as never, { data, size, metadata }) as T);
  }

  /** `data` with this text, and all else masked. */
  #said(data: ChannelData, { field }: ChannelRule, text: string): ChannelData {
    this.#growth = 0;
    const own = this.#mask.mask(field);
    if (own === field && isAlone(data, field))
      return field === 'content' ? { content: text } : { [field]: text };
    const { value, growth } = maskValue({ ...data, [field]: '' }, this.#mask);
    this.#growth = growth;
    return { ...(value as ChannelData), [own]: text };
  }
}

/** What changes where text is held back; members that are `undefined` were never there. */
export interface Changed {
  readonly data: ChannelData;
  readonly size: number | undefined;
  readonly metadata: ChannelData | undefined;
}

/** Another value with what has changed. */
export type CopyValue = (value: never, changed: Changed) => object;

function isAlone(data: ChannelData, field: string): boolean {
  for (const name in data) if (name !== field) return false;
  return true;
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
  const name = rule.nameOf(data, node);
  return metadata?.['mirrored'] === undefined ? name : `${name}\n/${node ?? ''}`;
}

function keyOf(
  { type, runId, tenantId }: Pick<TextValue, 'type' | 'runId' | 'tenantId'>,
  name: string,
): string {
  return runId === undefined ? `${type}\n${name}` : `${type}\n${name}\n${runId}\n${tenantId ?? ''}`;
}
