import { messageOf } from '../../errors/error-text.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import type { Clock } from '../../time/clock.ts';
import { mayBeGated } from '../gated-names.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { plainJson } from '../plain-json.ts';
import type { Produced } from '../produced.ts';

/** A call that waits for a person. */
export interface ApprovalRequest {
  readonly approvalId: string;
  readonly callId: string;
  readonly tool: string;
  readonly args: Json;
}

interface OpenCall {
  readonly tool: string;
  readonly args: Json;
  readonly since: number;
  /** Whether it was told that it is called. */
  isTold: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the parts of calls of tools. One whose tool may be gated is told once its result shows that no gate told it: the
 * part comes before the gate is asked.
 */
export class CallParts {
  readonly #clock: Clock;
  readonly #isTold: (tool: unknown, callId: unknown) => boolean;
  readonly #open = new Map<string, OpenCall>();
  /** Names of the tools whose arguments are being written. */
  readonly #inputs = new Map<string, string>();

  constructor(clock: Clock, isTold: (tool: unknown, callId: unknown) => boolean) {
    this.#clock = clock;
    this.#isTold = isTold;
  }

  /** What a part of a call says; nothing where it is none. */
  read(part: Members): Produced[] | undefined {
    switch (part['type']) {
      case 'tool-input-start':
        this.#inputs.set(textOf(part['id']), textOf(part['toolName']));
        return [];
      case 'tool-input-delta':
        return this.#input(part, { delta: textOf(part['delta']), partial: true });
      case 'tool-input-end':
        return this.#ended(part);
      case 'tool-call':
        return this.#called(part);
      case 'tool-result':
        return this.#result(part);
      case 'tool-error':
        return this.#failed(part, { error: messageOf(part['error']) });
      case 'tool-output-denied':
        return this.#failed(part, { error: 'the call was refused', code: 'VETOED' });
      default:
        return undefined;
    }
  }

  approvalOf(part: Members): ApprovalRequest {
    const call = (part['toolCall'] ?? {}) as Members;
    const callId = textOf(call['toolCallId'] ?? part['toolCallId']);
    const open = this.#open.get(callId);
    const tool = textOf(call['toolName']) || (open?.tool ?? 'tool');
    return {
      approvalId: textOf(part['approvalId']),
      callId,
      tool,
      args: plainJson(call['input'] ?? open?.args),
    };
  }

  /** What is still open failed. */
  fail(error: string): Produced[] {
    const open = [...this.#open].filter(([, { isTold }]) => isTold);
    this.#open.clear();
    this.#inputs.clear();
    return open.map(([callId]) => ({ type: 'tool.failed', data: { callId, error } }));
  }

  #input(part: Members, said: JsonObject): Produced[] {
    const callId = textOf(part['id']);
    return [
      { type: 'custom:tool-input', data: { callId, tool: this.#inputs.get(callId) ?? 'tool', ...said } },
    ];
  }

  #ended(part: Members): Produced[] {
    const said = this.#input(part, { delta: '', partial: true, last: true });
    this.#inputs.delete(textOf(part['id']));
    return said;
  }

  #called(part: Members): Produced[] {
    const callId = textOf(part['toolCallId']);
    const tool = textOf(part['toolName']) || 'tool';
    const args = plainJson(part['input']);
    // A UI stream has no end of arguments but the call.
    this.#inputs.delete(callId);
    const isTold = part['providerExecuted'] === true || !mayBeGated(tool);
    this.#open.set(callId, { tool, args, since: monotonicOf(this.#clock), isTold });
    return isTold ? [calledOf(callId, tool, args)] : [];
  }

  #result(part: Members): Produced[] {
    const callId = textOf(part['toolCallId']);
    if (part['preliminary'] === true) {
      return [{ type: 'custom:tool-output', data: { callId, output: plainJson(part['output']) } }];
    }
    return this.#closed(part, durationMs => ({
      type: 'tool.completed',
      data: { callId, result: plainJson(part['output']), durationMs },
    }));
  }

  #failed(part: Members, said: JsonObject): Produced[] {
    return this.#closed(part, () => ({
      type: 'tool.failed',
      data: { callId: textOf(part['toolCallId']), ...said },
    }));
  }

  #closed(part: Members, end: (durationMs: number) => Produced): Produced[] {
    const callId = textOf(part['toolCallId']);
    const call = this.#open.get(callId);
    const tool = call?.tool ?? (textOf(part['toolName']) || 'tool');
    this.#open.delete(callId);
    if (this.#isTold(tool, callId)) return [];
    const ended = end(call ? since(this.#clock, call.since) : 0);
    return call?.isTold ? [ended] : [calledOf(callId, tool, call?.args ?? plainJson(part['input'])), ended];
  }
}

function calledOf(callId: string, tool: string, args: Json): Produced {
  return { type: 'tool.called', data: { callId, tool, args } };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
