import type { Json, JsonObject } from '../../event/json.ts';
import { Speech } from '../speech.ts';
import type { CallResult, Talker } from '../talk-tellings.ts';
import { Texts } from '../texts.ts';
import type { ChatChunk } from './chat-chunk.ts';
import { CHAT_OPENERS } from './open-table.ts';

/** How a run is told as a message. */
export interface ChatOptions {
  /** Default: the id of the run. */
  readonly messageId?: string | undefined;
  /** Whether calls of tools are `dynamic-tool` parts, and not `tool-<name>`. Default: false. */
  readonly dynamicTools?: boolean | undefined;
}

/** Calls that have no result yet; the oldest are forgotten. */
const MOST_CALLS = 1_000;

/** What is said of one run, and the grammar of it: chunks of a message in steps, nothing left open. */
export class ChatStream extends Speech<ChatChunk> implements Talker {
  readonly texts = new Texts({
    begin: ({ id, isThought }) => this.part({ type: isThought ? 'reasoning-start' : 'text-start', id }),
    goOn: ({ id, isThought }, delta) =>
      this.part({ type: isThought ? 'reasoning-delta' : 'text-delta', id, delta }),
    end: ({ id, isThought }) => this.say({ type: isThought ? 'reasoning-end' : 'text-end', id }),
  });
  /** Whether it has a text that is not a thought. */
  hasText = false;
  readonly #options: ChatOptions;
  /** Tools by their calls: those that wait for a result. */
  readonly #calls = new Map<string, string>();
  readonly #written = new Set<string>();
  #isInStep = false;

  constructor(options: ChatOptions) {
    super(CHAT_OPENERS);
    this.#options = options;
  }

  /** Says something that belongs into a step. */
  part(chunk: ChatChunk): void {
    if (!this.#isInStep) {
      this.#isInStep = true;
      this.say({ type: 'start-step' });
    }
    if (chunk.type === 'text-start') this.hasText = true;
    this.say(chunk);
  }

  begin(runId: string, facts: JsonObject): void {
    const { messageId = runId } = this.#options;
    this.say({ type: 'start', messageId, messageMetadata: { sluice: { runId, ...facts } } });
  }

  /** Closes what is open; texts end with their step. */
  endStep(): void {
    this.texts.closeAll();
    if (!this.#isInStep) return;
    this.#isInStep = false;
    this.say({ type: 'finish-step' });
  }

  finish(finishReason: 'stop' | 'error' | 'tool-calls', facts: JsonObject = {}): void {
    this.endStep();
    this.say({ type: 'finish', finishReason, messageMetadata: { sluice: facts } });
  }

  /** Arguments of a call, piece by piece. */
  writeCall(toolCallId: string, toolName: string, inputTextDelta: string): void {
    this.#startCall(toolCallId, toolName, true);
    if (inputTextDelta !== '') this.part({ type: 'tool-input-delta', toolCallId, inputTextDelta });
  }

  call(toolCallId: string, toolName: string, input: Json): void {
    this.#call(toolCallId, toolName, input, true);
  }

  /** A call whose result the client gives. */
  callClient(toolCallId: string, toolName: string, input: Json): void {
    this.#call(toolCallId, toolName, input, false);
  }

  /** What came of a call, also of one that nobody heard of: a client knows no result without one. */
  result(toolCallId: string, result: CallResult): void {
    this.#known(toolCallId);
    this.#calls.delete(toolCallId);
    const kind = this.#kind(true);
    this.part(
      'error' in result
        ? { type: 'tool-output-error', toolCallId, errorText: result.error, ...kind }
        : { type: 'tool-output-available', toolCallId, output: result.output, ...kind },
    );
  }

  /** What a call has so far. */
  preliminary(toolCallId: string, output: Json): void {
    this.#known(toolCallId);
    this.part({
      ...{ type: 'tool-output-available', toolCallId, output, preliminary: true },
      ...this.#kind(true),
    });
  }

  #known(toolCallId: string): void {
    if (!this.#calls.has(toolCallId)) this.call(toolCallId, 'unknown', null);
  }

  /** `isOurs`: nobody but us gives its result. */
  #call(toolCallId: string, toolName: string, input: Json, isOurs: boolean): void {
    this.#startCall(toolCallId, toolName, isOurs);
    this.#written.delete(toolCallId);
    const kind = this.#kind(isOurs);
    this.part({ type: 'tool-input-available', toolCallId, toolName, input, ...kind });
    this.#calls.set(toolCallId, toolName);
    if (this.#calls.size > MOST_CALLS) this.#calls.delete(this.#calls.keys().next().value!);
  }

  #startCall(toolCallId: string, toolName: string, isOurs: boolean): void {
    if (this.#written.has(toolCallId)) return;
    this.#written.add(toolCallId);
    if (this.#written.size > MOST_CALLS) this.#written.delete(this.#written.values().next().value!);
    this.part({ type: 'tool-input-start', toolCallId, toolName, ...this.#kind(isOurs) });
  }

  #kind(isOurs: boolean): { readonly providerExecuted?: true; readonly dynamic?: true } {
    const { dynamicTools = false } = this.#options;
    return { ...(isOurs && { providerExecuted: true }), ...(dynamicTools && { dynamic: true }) };
  }
}
