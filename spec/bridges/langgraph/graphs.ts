import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import {
  Annotation,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  type BaseCheckpointSaver,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import * as z from 'zod';
import type { LangChainTool } from '../../../src/bridges/langgraph/gated-tools.ts';

/** What the graphs of the specs know. */
export const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  plan: Annotation<string>(),
});

/** A model that streams a text letter by letter, without a network. */
export function talker(text: string, sleep = 0): FakeListChatModel {
  return new FakeListChatModel({ responses: [text], sleep });
}

/** Adds two numbers, and counts how often. */
export function adder() {
  const calls: unknown[] = [];
  const add = tool(
    ({ a, b }: { a: number; b: number }) => {
      calls.push({ a, b });
      return String(a + b);
    },
    { name: 'add', description: 'Adds.', schema: z.object({ a: z.number(), b: z.number() }) },
  );
  return { add, calls };
}

/** One node that says a text. */
export function talk(text = 'Hello you', sleep = 0, checkpointer?: BaseCheckpointSaver) {
  return new StateGraph(State)
    .addNode('talk', async state => ({ messages: [await talker(text, sleep).invoke(state.messages)] }))
    .addEdge(START, 'talk')
    .addEdge('talk', END)
    .compile({ ...(checkpointer && { checkpointer }) });
}

/** A node that asks for a tool, and one that calls it. */
export function calling(tools: readonly LangChainTool[], { handleToolErrors = true } = {}) {
  const asking = (): AIMessage =>
    new AIMessage({
      content: '',
      id: 'asking',
      tool_calls: [{ id: 'call-1', name: 'add', args: { a: 1, b: 2 }, type: 'tool_call' }],
    });
  return new StateGraph(State)
    .addNode('wish', () => ({ messages: [asking()] }))
    .addNode('tools', new ToolNode(tools as never, { handleToolErrors }))
    .addEdge(START, 'wish')
    .addEdge('wish', 'tools')
    .addEdge('tools', END)
    .compile();
}

/** Two nodes that ask people, side by side. */
export function asking(checkpointer: BaseCheckpointSaver = new MemorySaver()) {
  return new StateGraph(
    Annotation.Root({ one: Annotation<string>(), two: Annotation<string>(), done: Annotation<number>() }),
  )
    .addNode('before', () => ({ done: 1 }))
    .addNode('first', () => ({ one: interrupt<unknown, string>({ question: 'Send it?' }) }))
    .addNode('second', () => ({ two: interrupt<unknown, string>('To whom?') }))
    .addEdge(START, 'before')
    .addEdge('before', 'first')
    .addEdge('before', 'second')
    .addEdge('first', END)
    .addEdge('second', END)
    .compile({ checkpointer });
}

/** The texts of messages. */
export function textsOf(messages: readonly BaseMessage[]): unknown[] {
  return messages.map(message => message.content);
}
