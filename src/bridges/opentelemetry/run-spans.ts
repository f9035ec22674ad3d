import type * as Api from '@opentelemetry/api';
import type { JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { BEGINS, FAILS, SPAN_EVENTS, SPANS, usageOf, type Attributes } from './span-table.ts';
import { textOf } from './text-of.ts';

/** What spans of runs are made with. */
export interface SpanMaker {
  readonly api: Pick<typeof Api, 'trace' | 'SpanKind' | 'SpanStatusCode'>;
  readonly tracer: Api.Tracer;
  /** Whether arguments, results and messages become attributes. */
  readonly content: boolean;
  /** Told each call that has ended, for metrics. */
  readonly ended: (operation: string, seconds: number, attributes: Attributes, usage: Attributes) => void;
}

/** What is known of a run besides its events. */
export interface TracedRun {
  readonly agent?: string | undefined;
  readonly threadId?: string | undefined;
  readonly parent: Api.Context;
}

interface OpenSpan {
  readonly key: string;
  /** Of whose work inside it is a child: the path of a node, or the path around a frame. */
  readonly node: string;
  readonly isFrame: boolean;
  readonly span: Api.Span;
  readonly context: Api.Context;
  readonly operation: string | undefined;
  readonly attributes: Attributes;
  readonly startedAt: number;
}

/** The spans of one run: its own, and one for each call, node, wave and pipeline that is open in it. */
export class RunSpans {
  readonly #maker: SpanMaker;
  readonly #root: OpenSpan;
  #open: OpenSpan[] = [];

  /** Begins with the first event that was seen of the run, which need not be its first. */
  constructor(first: RunEvent, { agent, threadId, parent }: TracedRun, maker: SpanMaker) {
    this.#maker = maker;
    const attributes: Attributes = {
      'gen_ai.agent.name': agent,
      'gen_ai.conversation.id': threadId,
      'sluice.run.id': first.runId,
      'sluice.tenant.id': first.tenantId,
      ...(first.seq > 1 && { 'sluice.resumed': true }),
    };
    const name = agent === undefined ? 'invoke_agent' : `invoke_agent ${agent}`;
    this.#root = this.#begin({
      ...{ key: '', node: '', isFrame: false, name, attributes, parent },
      ...{ operation: 'invoke_agent', isCall: false, time: timeOf(first) },
    });
  }

  /** Returns whether the run goes on. */
  take(event: RunEvent): boolean {
    const { type } = event;
    const [group = '', word = ''] = type.split('.');
    if (event.final) return this.#end(event);
    if (SPAN_EVENTS.has(type)) this.#note(event);
    else if (Object.hasOwn(SPANS, group)) {
      if (BEGINS.has(word)) this.#beginOf(group, event);
      else this.#endOf(group, word, event);
    }
    return true;
  }

  /** Ends what is open, for one who sees no more of the run. */
  leave(time: number): void {
    this.#endAll(time);
    this.#root.span.end(time);
  }

  #beginOf(group: string, event: RunEvent): void {
    const row = SPANS[group]!;
    const data = dataOf(event);
    const { name, attributes } = row.begin(data);
    const isFrame = group === 'wave' || group === 'pipeline';
    const own = event.node ?? '';
    const attempt = typeof data['attempt'] === 'number' && data['attempt'] > 1 ? data['attempt'] : undefined;
    const opened = this.#begin({
      ...{ key: keyOf(group, event), node: own, isFrame, name, operation: row.operation },
      attributes: { ...attributes, 'sluice.attempt': attempt, 'sluice.event.id': event.id },
      ...{ isCall: row.isCall ?? false, time: timeOf(event) },
      parent: this.#around(group === 'node' ? parentPath(own) : own, data['wave']).context,
    });
    this.#write(opened, row.content, data);
    this.#open.push(opened);
  }

  #endOf(group: string, word: string, event: RunEvent): void {
    const key = keyOf(group, event);
    const at = this.#open.findLastIndex(open => open.key === key);
    if (at < 0) return;
    const [ended] = this.#open.splice(at, 1) as [OpenSpan];
    const data = dataOf(event);
    this.#write(ended, SPANS[group]!.content, data);
    this.#close(ended, timeOf(event), {
      ...(FAILS.has(word) && { problem: { message: textOf(data['error']), code: data['code'] } }),
      usage: usageOf(data),
    });
  }

  #end(event: RunEvent): boolean {
    const time = timeOf(event);
    this.#endAll(time);
    const data = dataOf(event);
    if (event.type === 'cancelled') {
      const { reason } = data;
      this.#root.span.setAttributes(known({ 'sluice.cancelled': true, 'sluice.reason': reason as string }));
    }
    this.#close(this.#root, time, {
      ...(event.type === 'error' && { problem: { message: textOf(data['message']), code: data['code'] } }),
      usage: usageOf(data),
    });
    return false;
  }

  #endAll(time: number): void {
    for (const { span } of this.#open.splice(0).reverse()) span.end(time);
  }

  #note(event: RunEvent): void {
    const { content } = this.#maker;
    const { callId, value, data, question, ...rest } = dataOf(event);
    const facts = Object.entries({ ...rest, ...(content && { value, data, question }) });
    const attributes = facts.map(([name, fact]) => [`sluice.${name}`, simple(fact)] as const);
    const call = this.#open.findLast(({ key }) => callId !== undefined && key.endsWith(` ${textOf(callId)}`));
    const { span } = call ?? this.#around(event.node ?? '', undefined);
    span.addEvent(event.type, known(Object.fromEntries(attributes)), timeOf(event));
  }

  /** The innermost open work at a path: its wave or pipeline, its node, or what is around that. */
  #around(path: string, wave: unknown): OpenSpan {
    for (let at = path; at !== ''; at = parentPath(at)) {
      const found = this.#at(at, wave);
      if (found) return found;
    }
    return this.#at('', wave) ?? this.#root;
  }

  #at(path: string, wave: unknown): OpenSpan | undefined {
    const here = this.#open.filter(
      ({ node, key }) => node === path && !key.startsWith('tool ') && !key.startsWith('llm '),
    );
    const inWave = here.findLast(({ key }) => wave !== undefined && key === `wave ${textOf(wave)} ${path}`);
    return inWave ?? here.findLast(({ isFrame }) => isFrame) ?? here.at(-1);
  }

  #begin(given: {
    readonly key: string;
    readonly node: string;
    readonly isFrame: boolean;
    readonly name: string;
    readonly operation: string | undefined;
    readonly attributes: Attributes;
    readonly isCall: boolean;
    readonly time: number;
    readonly parent: Api.Context;
  }): OpenSpan {
    const { api, tracer } = this.#maker;
    const { key, node, isFrame, name, operation, attributes, time: startTime, parent } = given;
    const kind = given.isCall ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL;
    const named = known({ 'gen_ai.operation.name': operation, ...attributes });
    const span = tracer.startSpan(name, { kind, startTime, attributes: named }, parent);
    const context = api.trace.setSpan(parent, span);
    return { key, node, isFrame, span, context, operation, attributes, startedAt: startTime };
  }

  #close(
    { span, operation, attributes, startedAt }: OpenSpan,
    time: number,
    {
      problem,
      usage,
    }: {
      readonly problem?: { readonly message: string; readonly code: unknown };
      readonly usage: Attributes;
    },
  ): void {
    const errorType = problem && (typeof problem.code === 'string' ? problem.code : '_OTHER');
    span.setAttributes(known({ ...usage, 'error.type': errorType }));
    if (problem) span.setStatus({ code: this.#maker.api.SpanStatusCode.ERROR, message: problem.message });
    span.end(time);
    if (operation === undefined) return;
    this.#maker.ended(
      operation,
      (time - startedAt) / 1_000,
      { ...attributes, 'error.type': errorType },
      usage,
    );
  }

  #write({ span }: OpenSpan, names: Readonly<Record<string, string>> | undefined, data: JsonObject): void {
    if (!this.#maker.content || !names) return;
    for (const [member, name] of Object.entries(names)) {
      if (data[member] !== undefined) span.setAttribute(name, JSON.stringify(data[member]));
    }
  }
}

/** What an opening and its ending share. Nodes are one at a time per path; waves and pipelines have no ids. */
function keyOf(group: string, event: RunEvent): string {
  const { node = '' } = event;
  const { callId, index } = dataOf(event);
  if (group === 'wave') return `wave ${textOf(index)} ${node}`;
  return typeof callId === 'string' ? `${group} ${callId}` : `${group} ${node}`;
}

function dataOf({ data }: { readonly data: object }): JsonObject {
  return data as JsonObject;
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function timeOf({ time }: RunEvent): number {
  return Date.parse(time);
}

function simple(value: unknown): string | number | boolean | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean);
}

/** Without what is not known. */
function known(attributes: Attributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      (pair): pair is [string, string | number | boolean] => pair[1] !== undefined,
    ),
  );
}
