import { asyncScheduler, type Subscription } from 'rxjs';
import type { ProducedEvent } from '../../client/index.ts';
import { AgentOutput, type OutputFormat } from './agent-output.ts';
import type { OutputText } from './line-cutter.ts';
import { eventsOf, tokensOf, type Channel } from './output-events.ts';

/** Milliseconds in which what a channel says becomes one event. The first text after silence does not wait. */
const TOGETHER = 25;
/** Characters that are not collected any further. */
const FULL = 32_768;

type Say = (events: readonly ProducedEvent[]) => Promise<void>;

/** Makes events of what both channels say, in the order in which it comes. Memory: 32,768 characters and one text. */
export class OutputRecorder {
  readonly #say: Say;
  readonly #eventsOf: typeof eventsOf;
  readonly #agent: AgentOutput;
  #channel: Channel = 'stdout';
  #text = '';
  #startsLine = true;
  #timer: Subscription | undefined;
  #saidAt = 0;
  #room: Promise<void> | undefined;

  constructor(say: Say, { isText, format }: { readonly isText: boolean; readonly format: OutputFormat }) {
    this.#say = say;
    this.#agent = new AgentOutput(format);
    this.#eventsOf = isText ? tokensOf : eventsOf;
  }

  /** Takes a text at once. Resolves when there is room for more. */
  async take({ text, startsLine }: OutputText, channel: Channel): Promise<void> {
    if (channel !== this.#channel) this.flush();
    if (this.#text === '') this.#startsLine = startsLine;
    this.#channel = channel;
    this.#text += text;
    if (this.#text.length >= FULL || asyncScheduler.now() - this.#saidAt >= TOGETHER) this.flush();
    else this.#timer ??= asyncScheduler.schedule(() => this.flush(), TOGETHER);
    await this.#room;
  }

  flush(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#saidAt = asyncScheduler.now();
    this.#room = this.#say(
      this.#eventsOf({ text, startsLine: this.#startsLine }, this.#channel, this.#agent),
    );
  }

  /** Says what is left; nothing may follow. */
  end(): void {
    this.flush();
    const held = this.#agent.end();
    if (held.length > 0) this.#room = this.#say(held);
  }
}
