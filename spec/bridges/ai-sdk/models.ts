import { simulateReadableStream } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

/** A part as a provider streams it. */
export type ModelPart = Record<string, unknown> & { type: string };

const USAGE = { inputTokens: { total: 3, noCache: 3 }, outputTokens: { total: 5, text: 5 } };

/** A model that streams these parts, one list for each call, without a network. */
export function modelOf(...answers: readonly (readonly ModelPart[])[]): MockLanguageModelV3 {
  let calls = 0;
  return new MockLanguageModelV3({
    doStream: () => {
      const chunks = [{ type: 'stream-start', warnings: [] }, ...(answers[calls++] ?? answers.at(-1)!)];
      return Promise.resolve({ stream: simulateReadableStream({ chunks, chunkDelayInMs: null }) as never });
    },
  });
}

/** A text in pieces, and why it ends. */
export function says(pieces: readonly string[], reason = 'stop'): ModelPart[] {
  return [
    { type: 'text-start', id: '0' },
    ...pieces.map(delta => ({ type: 'text-delta', id: '0', delta })),
    { type: 'text-end', id: '0' },
    finish(reason),
  ];
}

/** A call of the tool `add`, its arguments in two pieces. */
export function callsAdd(callId = 'call-1'): ModelPart[] {
  return [
    { type: 'tool-input-start', id: callId, toolName: 'add' },
    { type: 'tool-input-delta', id: callId, delta: '{"a":1,' },
    { type: 'tool-input-delta', id: callId, delta: '"b":2}' },
    { type: 'tool-input-end', id: callId },
    { type: 'tool-call', toolCallId: callId, toolName: 'add', input: '{"a":1,"b":2}' },
    finish('tool-calls'),
  ];
}

export function finish(reason: string): ModelPart {
  return { type: 'finish', finishReason: { unified: reason, raw: reason }, usage: USAGE };
}
