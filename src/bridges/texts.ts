import type { EventOf, RunEvent } from '../event/run-event.ts';
import { isThought as isThoughtRole } from '../event/thought.ts';
import { epochOf } from './epoch.ts';

/** Kinds of actions that are thoughts. */
export const THOUGHT_KINDS: ReadonlySet<string> = new Set(['think', 'thinking', 'reason', 'reasoning']);

/** A text that goes on. */
export interface Text {
  /** Of no other text, also in other runs. */
  readonly id: string;
  readonly role: string | undefined;
  readonly isThought: boolean;
}

/** How texts are said. */
export interface TextVoice {
  begin(text: Text): void;
  goOn(text: Text, content: string): void;
  end(text: Text): void;
}

interface Channel extends Text {
  readonly key: string;
  readonly messageId: string | undefined;
  /** Where it was last continued. */
  node: string | undefined;
}

/** Texts that are open at once; the oldest is closed for a further one. */
const MOST_TEXTS = 64;

/**
 * Which token goes on with which text: one per `messageId`, else one per node until something else happens there. Thoughts
 * are texts of their own, also within one message. Memory: 64 texts.
 */
export class Texts {
  readonly #voice: TextVoice;
  readonly #open = new Map<string, Channel>();
  // Neighbours mostly belong together.
  #last: Channel | undefined;

  constructor(voice: TextVoice) {
    this.#voice = voice;
  }

  token(event: EventOf<'token'>): void {
    const { content, finishReason } = event.data;
    // What only ends a text begins none.
    const text = this.#textOf(event, content !== '');
    if (!text) return;
    if (content !== '') this.#voice.goOn(text, content);
    if (finishReason !== undefined) this.#close(text);
  }

  /** A thought that is whole. */
  thought(event: RunEvent, content: string): void {
    const text: Text = { id: `${epochOf(event)}-${event.seq}`, role: undefined, isThought: true };
    this.#voice.begin(text);
    if (content !== '') this.#voice.goOn(text, content);
    this.#voice.end(text);
  }

  /** Closes the texts of a node. */
  closeIn(node: string | undefined): void {
    for (const text of this.#open.values()) if (text.node === node) this.#close(text);
  }

  /** Closes the texts of a node and of what it is inside of. */
  closeAround(node: string | undefined): void {
    this.closeIn(node);
    if (node === undefined) return;
    const end = node.lastIndexOf('/');
    this.closeIn(end < 0 ? undefined : node.slice(0, end));
  }

  closeAll(): void {
    for (const text of this.#open.values()) this.#close(text);
  }

  #textOf(event: EventOf<'token'>, mayBegin: boolean): Channel | undefined {
    const { node } = event;
    const { messageId, role } = event.data;
    const last = this.#last;
    if (
      last &&
      last.messageId === messageId &&
      (messageId !== undefined || last.node === node) &&
      // A thought says so at each piece; of a text the first one says whose it is.
      (role === undefined ? !last.isThought : last.role === role)
    ) {
      last.node = node;
      return last;
    }
    const isThought = isThoughtRole(role);
    const name = messageId === undefined ? `/${node ?? ''}` : `#${messageId}`;
    const key = `${isThought ? 'thought' : 'text'}${name}`;
    const known = this.#open.get(key);
    const isSame = known !== undefined && (role === undefined || known.role === role);
    if (known && !isSame) this.#close(known);
    if (!isSame && !mayBegin) return undefined;
    // Who thinks and speaks by turns goes on with neither.
    const other = messageId === undefined && this.#open.get(`${isThought ? 'text' : 'thought'}${name}`);
    if (other && mayBegin) this.#close(other);
    const text = isSame ? known : this.#begin(event, key, isThought);
    text.node = node;
    this.#last = text;
    return text;
  }

  #begin(event: EventOf<'token'>, key: string, isThought: boolean): Channel {
    const { messageId, role } = event.data;
    if (this.#open.size >= MOST_TEXTS) this.#close(this.#open.values().next().value!);
    const name = messageId === undefined ? `-${event.seq}` : `:${messageId}`;
    // A thought and a text may go under one id, which others take for one thing.
    const id = `${epochOf(event)}${name}${isThought ? ':reasoning' : ''}`;
    const text = { id, key, messageId, role, isThought, node: event.node };
    this.#open.set(key, text);
    this.#voice.begin(text);
    return text;
  }

  #close(text: Channel): void {
    this.#open.delete(text.key);
    if (this.#last === text) this.#last = undefined;
    this.#voice.end(text);
  }
}
