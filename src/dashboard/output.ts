import type { RunMessage, RunState } from '../client/index.ts';
import type { RunEvent } from '../event/run-event.ts';
import { element, setText } from './element.ts';
import { Prose } from './prose.ts';
import { isChannel, Terminal, type Channel } from './terminal.ts';
import { counted } from './words.ts';

/** Messages on the page; older ones go. */
const MOST_MESSAGES = 60;
/** Pixels from the end within which a reader counts as being at the end. */
const AT_END = 40;

interface Drawn {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly prose: Prose;
  message: RunMessage | undefined;
}

/** What a run says: its messages as they grow, and what a program writes as in a terminal. */
export class Output {
  readonly #terminal = new Terminal();
  readonly #earlier = element('p', { class: 'earlier', hidden: true });
  readonly #list = element('div', { class: 'said' });
  readonly #messages = element(
    'div',
    { class: 'messages', tabindex: 0, role: 'region', 'aria-label': 'Output', hidden: true },
    this.#earlier,
    this.#list,
  );
  readonly element = element('div', {}, this.#messages, this.#terminal.element);
  readonly #drawn = new Map<string, Drawn>();
  #shown: RunState['messages'] = [];
  hasText = false;
  hasTerminal = false;

  /** Takes what the order of two channels is told by; all else {@link draw} finds in the state. */
  take(event: RunEvent): void {
    if (event.type === 'token') {
      this.hasText = true;
      if (isChannel(event.data.messageId)) this.#write(event.data.messageId, event.data.content);
    } else if (event.type === 'observation' && isChannel(event.data.kind)) {
      // A line of JSON that a program wrote keeps its data, and is a line nevertheless.
      const { kind, content, extras } = event.data;
      this.#write(kind, `${content ?? JSON.stringify(extras)}\n`);
    }
  }

  draw({ messages }: RunState): void {
    this.#terminal.draw();
    if (messages === this.#shown) return;
    this.#shown = messages;
    const spoken = messages.filter(({ id }) => !isChannel(id));
    if (spoken.length === 0) return;
    this.#messages.hidden = false;
    const { scrollTop, scrollHeight, clientHeight } = this.#messages;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < AT_END;
    const newest = spoken.slice(-MOST_MESSAGES);
    const keys = new Set(newest.map(keyOf));
    for (const [key, { element }] of this.#drawn) {
      if (keys.has(key)) continue;
      element.remove();
      this.#drawn.delete(key);
    }
    for (const message of newest) this.#drawOne(message, newest.length > 1);
    const earlier = spoken.length - newest.length;
    this.#earlier.hidden = earlier === 0;
    setText(this.#earlier, earlier === 0 ? '' : counted(earlier, 'earlier message'));
    if (isAtEnd) this.#messages.scrollTop = this.#messages.scrollHeight;
  }

  #write(channel: Channel, text: string): void {
    this.hasText = this.hasTerminal = true;
    this.#terminal.push(channel, text);
  }

  #drawOne(message: RunMessage, isOneOfMany: boolean): void {
    const drawn = this.#drawn.get(keyOf(message)) ?? this.#add(message);
    const label = message.role ?? (isOneOfMany ? message.id : '');
    setText(drawn.label, label);
    drawn.label.hidden = label === '';
    if (drawn.message === message) return;
    drawn.prose.append(message.text.slice(drawn.message?.text.length ?? 0));
    drawn.message = message;
    drawn.element.dataset.state = message.finishReason === undefined ? 'open' : 'whole';
    if (message.role !== undefined) drawn.element.dataset.role = message.role;
  }

  #add(message: RunMessage): Drawn {
    const prose = new Prose();
    const label = element('p', { class: 'speaker' });
    const drawn: Drawn = {
      ...{ element: element('div', { class: 'message' }, label, prose.element), label, prose },
      message: undefined,
    };
    this.#drawn.set(keyOf(message), drawn);
    this.#list.append(drawn.element);
    return drawn;
  }
}

function keyOf({ id, seq }: RunMessage): string {
  return `${seq} ${id}`;
}
