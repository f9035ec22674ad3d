import {
  AbstractChat,
  type ChatInit,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  type UIMessage,
  type UIMessageChunk,
} from 'ai';
import * as z from 'zod';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { until } from '../../support/settle.ts';
import { stranger, talker } from '../front-end-agents.ts';

const asking = defineAgent({
  name: 'asking',
  async run(ctx) {
    ctx.token('May I? ');
    const ok = await ctx.ask('Send it?', { schema: z.boolean() });
    ctx.token(ok ? 'Sent.' : 'Not sent.');
    return ok;
  },
});

const failing = defineAgent({
  name: 'failing',
  async run(ctx) {
    await ctx.tool('model', {}, () => {
      ctx.token('I begin');
      throw new Error('the model is away');
    });
  },
});

/** Says two words, and waits until it is stopped or told to go on. */
const waiting = defineAgent({
  name: 'waiting',
  async run(ctx) {
    ctx.token('I wait');
    await new Promise<void>((resolve, reject) => {
      gates.set(ctx.runId, resolve);
      ctx.signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
    ctx.token(' no longer');
  },
});

const gates = new Map<string, () => void>();

/** Lets a run of the agent `waiting` go on. */
export function release(runId: string): void {
  gates.get(runId)!();
}

/** An engine with an agent for each way that a run can go. */
export function chatEngine(options: EngineOptions = {}): Engine {
  return createEngine({
    agents: [talker('talk'), asking, failing, waiting, stranger],
    grace: 1_000,
    ...options,
  });
}

class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = 'ready';
  error: Error | undefined = undefined;
  messages: UIMessage[] = [];
  pushMessage = (message: UIMessage): void => void (this.messages = [...this.messages, message]);
  popMessage = (): void => void (this.messages = this.messages.slice(0, -1));
  replaceMessage = (at: number, message: UIMessage): void =>
    void (this.messages = this.messages.with(at, this.snapshot(message)));
  snapshot = <Thing>(thing: Thing): Thing => structuredClone(thing);
}

/** A chat of the AI SDK, as `useChat` has one, without React. */
export class PlainChat extends AbstractChat<UIMessage> {
  constructor({ messages = [], ...init }: ChatInit<UIMessage>) {
    const state = new PlainState();
    state.messages = messages;
    super({ ...init, state });
  }
}

/** A transport to one of the agents; what it hears is noted. */
export function transportTo(
  url: string,
  agent: string,
  more: ConstructorParameters<typeof DefaultChatTransport>[0] = {},
): { readonly transport: DefaultChatTransport<UIMessage>; readonly chunks: UIMessageChunk[] } {
  const chunks: UIMessageChunk[] = [];
  class Noted extends DefaultChatTransport<UIMessage> {
    protected override processResponseStream(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
      const note = new TransformStream<UIMessageChunk, UIMessageChunk>({
        transform(chunk, controller) {
          chunks.push(structuredClone(chunk));
          controller.enqueue(chunk);
        },
      });
      return super.processResponseStream(stream).pipeThrough(note);
    }
  }
  const api = `${url}/api/chat`;
  const transport = new Noted({
    api,
    prepareSendMessagesRequest: ({ id, messages, trigger, messageId }) => ({
      api: `${api}?agent=${agent}`,
      body: { id, messages, trigger, messageId },
    }),
    ...more,
  });
  return { transport, chunks };
}

/** What a message says, without what stands around it. */
export function partsOf(message: UIMessage | undefined): readonly unknown[] {
  return (message?.parts ?? []).map(part => {
    const {
      providerMetadata: _,
      callProviderMetadata: __,
      resultProviderMetadata: ___,
      ...said
    } = part as Record<string, unknown>;
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  });
}

/** All that a message says in words. */
export function textOf(message: UIMessage | undefined): string {
  return (message?.parts ?? []).map(part => (part.type === 'text' ? part.text : '')).join('');
}

/** Waits until a chat has nothing to do. */
export async function idle(chat: AbstractChat<UIMessage>): Promise<void> {
  await until(() => chat.status === 'ready' || chat.status === 'error', 'the chat to be idle');
}
