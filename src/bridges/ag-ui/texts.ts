import type { EventOf, RunEvent } from '../../event/run-event.ts';
import type { AgUiEvent, AgUiRole } from './ag-ui-event.ts';
import { epochOf } from './epoch.ts';
import { REASONING_ROLES } from './event-table.ts';

/** A text that goes on. */
interface Text {
  /** What AG-UI calls it. */
  readonly id: string;
  readonly key: string;
  readonly messageId: string | undefined;
  readonly role: string | undefined;
  readonly isThought: boolean;
  /** Where it was last continued. */
  node: string | undefined;
}

const ROLES: ReadonlySet<string> = new Set<AgUiRole>(['assistant', 'user', 'system', 'developer']);
/** Texts that are open at once; the oldest is closed for a further one. */
const MOST_TEXTS = 64;

/** The texts of one stream: which token goes on with which message. Memory: 64 texts. */
export class Texts {
  readonly #say: (event: AgUiEvent) => void;
  readonly #open = new Map<string, Text>();
  // Neighbours mostly belong together.
  #last: Text | undefined;

  constructor(say: (event: AgUiEvent) => void) {
    this.#say = say;
  }

  token(event: EventOf<'token'>): void {
    const { content, finishReason } = event.data;
    const text = this.#textOf(event);
    if (content !== '') this.#continue(text, content);
    if (finishReason !== undefined) this.#close(text);
  }

  /** A thought that is whole. */
  thought(event: RunEvent, content: string): void {
    const text: Text = {
      ...{ id: `${epochOf(event)}-${event.seq}`, key: '', messageId: undefined, role: undefined },
      ...{ isThought: true, node: event.node },
    };
    this.#start(text);
    this.#continue(text, content);
    this.#close(text);
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

  /** All were closed. */
  forget(): void {
    this.#open.clear();
    this.#last = undefined;
  }

  #textOf(event: EventOf<'token'>): Text {
    const { node } = event;
    const { messageId, role } = event.data;
    const last = this.#last;
    if (
      last &&
      last.messageId === messageId &&
      (messageId !== undefined || last.node === node) &&
      (role === undefined || last.role === role)
    ) {
      last.node = node;
      return last;
    }
    const isThought = role !== undefined && REASONING_ROLES.has(role);
    const key = `${isThought ? 'thought' : 'text'}${messageId === undefined ? `/${node ?? ''}` : `#${messageId}`}`;
    let text = this.#open.get(key);
    if (text && role !== undefined && text.role !== role) {
      this.#close(text);
      text = undefined;
    }
    if (!text) {
      const name = messageId === undefined ? `-${event.seq}` : `:${messageId}`;
      // A thought and a text may go under one id, and in AG-UI they must not.
      const id = `${epochOf(event)}${name}${isThought ? ':reasoning' : ''}`;
      text = { id, key, messageId, role, isThought, node };
      this.#start(text);
    }
    text.node = node;
    this.#last = text;
    return text;
  }

  #start(text: Text): void {
    const { id: messageId, isThought, role } = text;
    if (this.#open.size >= MOST_TEXTS) this.#close(this.#open.values().next().value!);
    if (text.key !== '') this.#open.set(text.key, text);
    if (isThought) {
      this.#say({ type: 'REASONING_START', messageId });
      this.#say({ type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' });
    } else if (role === undefined || ROLES.has(role)) {
      this.#say({ type: 'TEXT_MESSAGE_START', messageId, role: (role ?? 'assistant') as AgUiRole });
    } else {
      this.#say({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant', name: role });
    }
  }

  #continue({ id: messageId, isThought }: Text, delta: string): void {
    this.#say(
      isThought
        ? { type: 'REASONING_MESSAGE_CONTENT', messageId, delta }
        : { type: 'TEXT_MESSAGE_CONTENT', messageId, delta },
    );
  }

  #close(text: Text): void {
    const { id: messageId, isThought } = text;
    this.#open.delete(text.key);
    if (this.#last === text) this.#last = undefined;
    if (!isThought) return this.#say({ type: 'TEXT_MESSAGE_END', messageId });
    this.#say({ type: 'REASONING_MESSAGE_END', messageId });
    this.#say({ type: 'REASONING_END', messageId });
  }
}
