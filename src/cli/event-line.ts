import type { RunEvent } from '../client/index.ts';
import { durationText } from './duration-text.ts';
import { clipped, inline } from './printable-text.ts';
import type { TerminalStyle } from './terminal-style.ts';

/** What a line about an event needs besides the event. */
export interface LineContext {
  readonly style: TerminalStyle;
  /** Characters of a line; what is longer is cut. */
  readonly width: number;
  /** What a call, which ends with its id alone, was of. */
  readonly nameOf: (callId: string) => string;
}

/**
 * The line that shows an event in a terminal; `undefined` for what is no line of its own: tokens, progress, questions
 * and the end. Pure. Text of the run is made harmless.
 */
export function eventLine(event: RunEvent, context: LineContext): string | undefined {
  const line = (mark: string, what: string, rest = ''): string =>
    lineOf(context, mark, { what, rest, node: event.node });
  const { good, bad, busy, dim, notable } = context.style;
  switch (event.type) {
    case 'token':
    case 'progress':
    case 'ask':
    case 'complete':
    case 'cancelled':
      return undefined;
    case 'started':
      return line(busy('●'), 'started', event.data.agent);
    case 'status':
      if (event.data.phase === undefined && event.data.message === undefined) return undefined;
      return line(dim('·'), event.data.phase ?? event.data.status, event.data.message);
    case 'error':
      if (event.final) return undefined;
      return line(notable('!'), event.data.code, event.data.message);
    case 'step':
      return line(dim('·'), event.data.name, took(event.data.durationMs));
    case 'tool.called':
      return line(busy('→'), event.data.tool, json(event.data.args));
    case 'tool.completed':
      return line(good('✓'), context.nameOf(event.data.callId), took(event.data.durationMs));
    case 'tool.failed':
      return line(bad('✗'), context.nameOf(event.data.callId), event.data.error);
    case 'llm.prompt':
      return line(busy('→'), event.data.model ?? 'model', `${event.data.messages.length} messages`);
    case 'llm.response':
      return line(good('✓'), context.nameOf(event.data.callId), modelFacts(event.data));
    case 'node.started':
      return line(
        busy('→'),
        event.data.name,
        event.data.attempt > 1 ? `attempt ${event.data.attempt}` : 'node',
      );
    case 'node.completed':
      return line(good('✓'), event.data.name, took(event.data.durationMs));
    case 'node.failed':
      return line(
        bad('✗'),
        event.data.name,
        `${event.data.error}${event.data.willRetry ? ' (tries again)' : ''}`,
      );
    case 'artifact':
      return line(notable('◆'), event.data.name ?? event.data.artifactId, event.data.artifactType);
    case 'action':
    case 'observation':
      return line(
        event.type === 'action' ? busy('→') : dim('·'),
        event.data.kind,
        event.data.content ??
          json(event.type === 'action' ? (event.data.args ?? {}) : (event.data.extras ?? {})),
      );
    case 'answer':
      return line(
        good('✓'),
        'answered',
        `${json(event.data.value)}${event.data.by ? ` by ${event.data.by}` : ''}`,
      );
    case 'control.decided':
      return line(
        notable('!'),
        `${event.data.policy}: ${event.data.signal}`,
        event.data.reason ?? event.data.subject,
      );
    default:
      return line(dim('·'), event.type, json(event.data));
  }
}

function lineOf(
  { style, width }: LineContext,
  mark: string,
  { what, rest, node }: { what: string; rest: string; node: string | undefined },
): string {
  const name = clipped(inline(what), width - 2);
  const place = node === undefined || node === what ? '' : `  ${clipped(inline(node), 30)}`;
  const room = width - 4 - [...name].length - [...place].length;
  // A long text is cut before it is looked through: whoever sends 10 MB is not to be waited for.
  const facts = room < 4 ? '' : clipped(inline(rest.slice(0, 4 * width)), room);
  return [mark, name, style.dim(`${facts}${place}`.trim())].filter(part => part !== '').join(' ');
}

function took(ms: number | undefined): string {
  return ms === undefined ? '' : durationText(ms);
}

function json(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function modelFacts({ durationMs, usage }: Extract<RunEvent, { type: 'llm.response' }>['data']): string {
  const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
  return [took(durationMs), tokens > 0 ? `${tokens} tokens` : ''].filter(part => part !== '').join(', ');
}
