import { messageOf } from '../../errors/error-text.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { isPlainObject, plainObject } from '../plain-json.ts';
import { unknownPart, type Produced, type StreamReader } from '../produced.ts';
import { fromWritten } from '../written-event.ts';
import { MessageEvents } from './message-events.ts';
import { pathOf } from './node-paths.ts';
import { ToolEvents } from './tool-events.ts';

/** A question that a graph stopped for. */
export interface GraphInterrupt {
  /** What an answer is given under; older graphs name none. */
  readonly id: string | undefined;
  /** What `interrupt` was called with. */
  readonly value: unknown;
}

/** How a stream of a graph is read. */
export interface GraphReaderOptions {
  /** Whether a tool, or a call, is told by somebody else already. Default: nobody does. */
  readonly isTold?: ((tool: unknown, callId: unknown) => boolean) | undefined;
  /** Tells the state of the graph after every step, as a `checkpoint` named `state`. Default: false. */
  readonly state?: boolean | undefined;
  /** Measures how long steps take. Default: that of the machine. */
  readonly clock?: Clock | undefined;
}

interface OpenNode {
  readonly name: string;
  readonly node: string;
  readonly began: number;
}

/**
 * Reads what `graph.stream(…)` of LangGraph yields with several modes: `[mode, chunk]`, or `[namespace, mode, chunk]`
 * with subgraphs. `values` of the graph itself are its {@link state}, interrupts its {@link interrupts}; a mode that is
 * not in the table becomes `custom:langgraph.<mode>`. Memory: the open nodes and calls, and the newest state.
 */
export class GraphReader implements StreamReader {
  readonly #options: GraphReaderOptions;
  readonly #clock: Clock;
  readonly #messages: MessageEvents;
  readonly #tools: ToolEvents;
  readonly #open = new Map<string, OpenNode>();
  readonly #interrupts = new Map<string, GraphInterrupt>();
  #state: unknown;

  constructor(options: GraphReaderOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#messages = new MessageEvents(this.#clock);
    this.#tools = new ToolEvents(this.#clock, options.isTold);
  }

  /** The newest state of the graph, as it is. */
  get state(): unknown {
    return this.#state;
  }

  /** What is asked and was not taken yet; taking them forgets them. */
  takeInterrupts(): GraphInterrupt[] {
    const interrupts = [...this.#interrupts.values()];
    this.#interrupts.clear();
    return interrupts;
  }

  read(part: unknown): readonly Produced[] {
    const [namespace, mode, chunk] = partsOf(part);
    switch (mode) {
      case 'messages':
        return [
          ...this.#messages.read(chunk, namespace),
          ...this.#tools.readMessage(chunk, pathOf(namespace)),
        ];
      case 'updates':
        return this.#updates(chunk, namespace);
      case 'tasks':
        return this.#task(chunk, namespace);
      case 'tools':
        return this.#tools.read(chunk, pathOf(namespace));
      case 'custom':
        return [fromWritten(chunk, { node: pathOf(namespace), system: 'langgraph' })];
      case 'values':
        return this.#values(chunk, namespace);
      default:
        return [{ ...unknownPart('langgraph', mode, plainObject(chunk)), node: pathOf(namespace) }];
    }
  }

  /** What is still open failed: with what the stream threw. */
  fail(thrown: unknown): readonly Produced[] {
    const error = messageOf(thrown);
    const nodes = [...this.#open.values()].reverse().map(({ name, node }): Produced => ({
      ...{ type: 'node.failed', node },
      data: { name, error, attempt: 1, willRetry: false },
    }));
    this.#open.clear();
    return [...this.#tools.fail(error), ...nodes];
  }

  #updates(chunk: unknown, namespace: readonly string[]): Produced[] {
    if (typeof chunk !== 'object' || chunk === null) return [];
    return Object.entries(chunk).flatMap(([name, update]: [string, unknown]): Produced[] => {
      if (name === '__interrupt__') return this.#asked(update);
      if (name === '__metadata__') return [];
      const node = pathOf(namespace, name)!;
      const began = [...this.#open.values()].find(open => open.node === node);
      const outputKeys = keysOf(update);
      const data = {
        name,
        ...(began && { durationMs: since(this.#clock, began.began) }),
        ...(outputKeys.length > 0 && { outputKeys }),
      };
      return [{ type: 'step', data, node }];
    });
  }

  #task(chunk: unknown, namespace: readonly string[]): Produced[] {
    if (typeof chunk !== 'object' || chunk === null) return [];
    const { id, name, error, interrupts } = chunk as Record<string, unknown>;
    if (typeof id !== 'string' || typeof name !== 'string')
      return [unknownPart('langgraph', 'tasks', plainObject(chunk))];
    const node = pathOf(namespace, name)!;
    const open = this.#open.get(id);
    if (!('result' in chunk) && !('error' in chunk)) {
      // After a question a task begins again under its own id.
      if (open) return [];
      this.#open.set(id, { name, node, began: monotonicOf(this.#clock) });
      return [{ type: 'node.started', data: { name, attempt: 1 }, node }];
    }
    if (Array.isArray(interrupts) && interrupts.length > 0) return this.#asked(interrupts);
    this.#open.delete(id);
    if (error !== null && error !== undefined) {
      return [
        { type: 'node.failed', data: { name, error: errorText(error), attempt: 1, willRetry: false }, node },
      ];
    }
    return [
      { type: 'node.completed', data: { name, durationMs: open ? since(this.#clock, open.began) : 0 }, node },
    ];
  }

  #values(chunk: unknown, namespace: readonly string[]): Produced[] {
    if (typeof chunk === 'object' && chunk !== null && '__interrupt__' in chunk) {
      this.#asked(chunk.__interrupt__);
      if (Object.keys(chunk).length === 1) return [];
    }
    // A subgraph's state is a part of that of its graph, once it is done.
    if (namespace.length > 0) return [];
    this.#state = chunk;
    return this.#options.state
      ? [{ type: 'checkpoint', data: { name: 'state', data: plainObject(chunk) } }]
      : [];
  }

  /** A subgraph's question comes up through the graphs around it, under the same id. */
  #asked(interrupts: unknown): [] {
    for (const given of Array.isArray(interrupts) ? (interrupts as unknown[]) : []) {
      if (typeof given !== 'object' || given === null) continue;
      const { id, interrupt_id: former, value } = given as Record<string, unknown>;
      const known = typeof id === 'string' ? id : typeof former === 'string' ? former : undefined;
      this.#interrupts.set(known ?? `unnamed ${this.#interrupts.size}`, { id: known, value });
    }
    return [];
  }
}

/** A part without a namespace is of the graph itself. */
function partsOf(part: unknown): readonly [namespace: readonly string[], mode: unknown, chunk: unknown] {
  if (!Array.isArray(part)) return [[], undefined, part];
  const parts = part as unknown[];
  if (parts.length >= 3 && Array.isArray(parts[0])) return [parts[0].map(String), parts[1], parts[2]];
  return [[], parts[0], parts[1]];
}

/** What a node wrote to; several writes of one node come as a list. */
function keysOf(update: unknown): string[] {
  if (Array.isArray(update)) return [...new Set(update.flatMap(keysOf))];
  return isPlainObject(update) ? Object.keys(update) : [];
}

function errorText(error: unknown): string {
  return typeof error === 'string' ? error : messageOf(error);
}
