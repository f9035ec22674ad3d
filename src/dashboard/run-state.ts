import { isNotice, type Notice } from '../event/notice.ts';
import type { EventData, EventSource, RunEvent, RunStatus } from '../event/run-event.ts';

/** Something the run does: a tool, a node, a model call, a step. */
export interface Activity {
  readonly key: string;
  readonly kind: 'tool' | 'step' | 'node' | 'model';
  readonly name: string;
  readonly detail: string;
  readonly state: 'running' | 'done' | 'failed' | 'skipped';
  readonly durationMs: number | undefined;
}

/** A question that waits for an answer. */
export type OpenAsk = EventData['ask'];

/** Activities that are kept; the oldest that are done go first. */
const MOST_ACTIVITIES = 120;

/** What the events of one run add up to. Knows no page; memory is bounded whatever the run does. */
export class RunState {
  status: RunStatus = 'accepted';
  agent: string | undefined;
  startedAt: string | undefined;
  endedAt: string | undefined;
  progress: EventData['progress'] | undefined;
  end: RunEvent | undefined;
  /** Events seen. */
  seen = 0;
  /** Events that retention took before this page could see them. */
  missed = 0;
  activityCount = 0;
  readonly activities = new Map<string, Activity>();
  readonly asks = new Map<string, OpenAsk>();
  readonly sources = new Set<EventSource>();
  #freshText = '';

  /** Takes one item of the stream, in order. A `reset` has to be answered with a new state. */
  take(item: RunEvent | Notice): void {
    if (isNotice(item)) {
      if (item.notice === 'gap') this.missed += item.to - item.from + 1;
      return;
    }
    this.seen++;
    this.#apply(item);
    if (item.final) {
      this.end = item;
      this.endedAt = item.time;
      this.asks.clear();
    }
  }

  /** The text that was streamed since the last call. */
  takeText(): string {
    const text = this.#freshText;
    this.#freshText = '';
    return text;
  }

  #apply(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.status = 'running';
        this.agent = event.data.agent;
        this.startedAt = event.time;
        return;
      case 'status':
        this.status = event.data.status;
        return;
      case 'token':
        this.#freshText += event.data.content;
        return;
      case 'progress':
        this.progress = event.data;
        return;
      case 'ask':
        this.status = 'waiting';
        this.asks.set(event.data.askId, event.data);
        return;
      case 'answer':
        this.asks.delete(event.data.askId);
        if (this.asks.size === 0) this.status = 'running';
        return;
      case 'complete':
        this.status = 'completed';
        return;
      case 'cancelled':
        this.status = 'cancelled';
        return;
      case 'error':
        if (event.final) this.status = 'failed';
        return;
      default:
        this.#act(event);
    }
  }

  #act(event: RunEvent): void {
    switch (event.type) {
      case 'step':
        return this.#note(`step ${event.seq}`, 'step', {
          name: event.data.name,
          state: 'done',
          durationMs: event.data.durationMs,
        });
      case 'tool.called':
        return this.#note(`tool ${event.data.callId}`, 'tool', {
          name: event.data.tool,
          detail: brief(event.data.args),
          state: 'running',
        });
      case 'tool.completed':
        return this.#note(`tool ${event.data.callId}`, 'tool', {
          state: 'done',
          durationMs: event.data.durationMs,
        });
      case 'tool.failed':
        return this.#note(`tool ${event.data.callId}`, 'tool', { state: 'failed', detail: event.data.error });
      case 'llm.prompt':
        return this.#note(`llm ${event.data.callId}`, 'model', {
          name: event.data.model ?? 'model',
          state: 'running',
        });
      case 'llm.response':
        return this.#note(`llm ${event.data.callId}`, 'model', {
          state: 'done',
          durationMs: event.data.durationMs,
        });
      case 'node.started':
        return this.#note(`node ${event.node ?? event.data.name}`, 'node', {
          name: event.data.name,
          state: 'running',
        });
      case 'node.completed':
        return this.#note(`node ${event.node ?? event.data.name}`, 'node', {
          name: event.data.name,
          state: 'done',
          durationMs: event.data.durationMs,
        });
      case 'node.failed':
        return this.#note(`node ${event.node ?? event.data.name}`, 'node', {
          name: event.data.name,
          state: 'failed',
          detail: event.data.error,
        });
      case 'node.skipped':
        return this.#note(`node ${event.node ?? event.data.name}`, 'node', {
          name: event.data.name,
          state: 'skipped',
        });
      default:
        return;
    }
  }

  #note(key: string, kind: Activity['kind'], change: Partial<Activity>): void {
    const known = this.activities.get(key);
    if (!known) this.activityCount++;
    this.activities.set(key, {
      ...(known ?? { key, kind, name: kind, detail: '', state: 'running', durationMs: undefined }),
      ...change,
    });
    if (this.activities.size > MOST_ACTIVITIES) {
      this.activities.delete(this.activities.keys().next().value!);
    }
  }
}

/** Arguments in a few words. */
function brief(args: unknown): string {
  if (typeof args !== 'object' || args === null) return JSON.stringify(args) ?? '';
  return Object.values(args)
    .map(value => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' · ');
}
