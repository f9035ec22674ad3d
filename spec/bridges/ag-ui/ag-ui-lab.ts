import { AbstractAgent, type AgentSubscriber, type BaseEvent, HttpAgent } from '@ag-ui/client';
import { from } from 'rxjs';
import * as z from 'zod';
import type { AgUiEvent } from '../../../src/bridges/ag-ui/index.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { stranger, talker } from '../front-end-agents.ts';

/** What the official client made of a run, and what it heard. */
export interface Heard {
  readonly events: readonly BaseEvent[];
  readonly types: readonly string[];
  readonly failure: Error | undefined;
}

const asking = defineAgent({
  name: 'asking',
  async run(ctx) {
    ctx.token('May I? ');
    const ok = await ctx.node('decide', step => step.ask('Send it?', { schema: z.boolean() }));
    ctx.token(ok ? 'Sent.' : 'Not sent.');
    return ok;
  },
});

const failing = defineAgent({
  name: 'failing',
  async run(ctx) {
    await ctx.node('work', () => {
      ctx.token('I begin');
      throw new Error('the model is away');
    });
  },
});

/** Says a word, and waits until it is stopped. */
const waiting = defineAgent({
  name: 'waiting',
  run: ctx =>
    ctx.node('wait', async step => {
      step.token('I wait');
      await new Promise((_, reject) =>
        ctx.signal.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    }),
});

const curious = defineAgent({
  name: 'curious',
  run: async ctx => [await ctx.ask('Who?'), await ctx.ask('Why?')],
});

/** An engine with an agent for each way that a run can go. */
export function agUiEngine(options: EngineOptions = {}): Engine {
  return createEngine({
    agents: [talker('chat'), asking, failing, waiting, curious, stranger],
    grace: 1_000,
    ...options,
  });
}

/** The official client for one of the agents. */
export function agentAt(url: string, agent: string, threadId = 'thread-1'): HttpAgent {
  return new HttpAgent({ url: `${url}/agui?agent=${agent}`, threadId });
}

/** Says something to an agent, and waits for the end of what it answers. */
export async function say(
  agent: HttpAgent,
  parameters: Parameters<HttpAgent['runAgent']>[0] & { readonly text?: string } = {},
  more: AgentSubscriber = {},
): Promise<Heard & { readonly result?: unknown }> {
  const { text, ...rest } = parameters;
  if (text !== undefined)
    agent.messages.push({ id: `user-${agent.messages.length}`, role: 'user', content: text });
  const events: BaseEvent[] = [];
  const onEvent: AgentSubscriber['onEvent'] = ({ event }) => void events.push(event);
  let failure: Error | undefined;
  const ended = await agent
    .runAgent(rest, {
      ...more,
      onEvent: async given => {
        await onEvent?.(given);
        await more.onEvent?.(given);
      },
      onRunFailed: ({ error }) => void (failure = error),
    })
    .catch((error: Error) => void (failure ??= error));
  return { events, types: events.map(({ type }) => String(type)), failure, result: ended?.result };
}

/** The official client as far as it needs no connection: what it checks, and what it makes of events. */
class Reader extends AbstractAgent {
  stream: readonly BaseEvent[] = [];
  run(): ReturnType<AbstractAgent['run']> {
    return from(this.stream) as unknown as ReturnType<AbstractAgent['run']>;
  }
}

/** Lets the official client check and apply streams, one after the other, to one conversation. */
export async function applied(
  agent: AbstractAgent,
  streams: readonly (readonly BaseEvent[])[],
): Promise<void> {
  for (const stream of streams) {
    const reader = new Reader({ initialMessages: agent.messages, initialState: agent.state });
    reader.stream = stream;
    await reader.runAgent();
    agent.messages = reader.messages;
    agent.state = reader.state;
  }
}

/**
 * What the official client has after a stream, which it takes apart into runs; each question is answered, since it takes
 * no further run before.
 */
export async function conversationOf(events: readonly AgUiEvent[]): Promise<unknown> {
  const reader = new Reader();
  const rest = JSON.parse(JSON.stringify(events)) as BaseEvent[];
  while (rest.length > 0) {
    const next = rest.findIndex(({ type }, at) => at > 0 && String(type) === 'RUN_STARTED');
    reader.stream = rest.splice(0, next < 0 ? rest.length : next);
    const isFailed = reader.stream.some(({ type }) => String(type) === 'RUN_ERROR');
    const resume = reader.pendingInterrupts.map(({ id }) => ({
      ...{ interruptId: id, status: 'resolved' as const },
    }));
    const running = reader.runAgent({ resume });
    await (isFailed ? running.catch(() => undefined) : running);
  }
  return { said: saidIn(reader), state: reader.state as unknown };
}

/** What a conversation says, without what stands around it. */
export function saidIn({ messages }: AbstractAgent): readonly unknown[] {
  return messages.map(({ metadata: _, ...message }) => ({
    ...message,
    ...('toolCalls' in message && { toolCalls: message.toolCalls?.map(call => call.function) }),
  }));
}
