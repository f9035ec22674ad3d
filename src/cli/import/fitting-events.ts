import type { LogEnding, LogEvent } from '../../bridges/agent-logs/index.ts';
import { isAdmissible } from '../admissible.ts';
import { isFlat, jsonBytes, smaller, wholeSlice } from './smaller-json.ts';

/** Bytes of the data of one event: less than a server takes, its envelope and masks included. */
const LARGEST = 192 * 1_024;
/** Characters of one token: six bytes each at the most. */
const LONGEST_TOKEN = 32_768;
const LONGEST_CODE = 128;

/**
 * An event as a server takes it: a long token as several, and whatever else is too large or too deep cut, with its size
 * before as `cutFrom` of its metadata. Pure.
 */
export function fittingEvents<Event extends LogEvent>(event: Event): readonly Event[] {
  const { content } = event.data;
  if (event.type !== 'token' || typeof content !== 'string' || content.length <= LONGEST_TOKEN) {
    return [fitting(event)];
  }
  const { finishReason, ...rest } = event.data;
  const { metadata: _, ...bare } = event;
  const pieces = cutText(content);
  return pieces.map((piece, index) => {
    const isLast = index === pieces.length - 1 && finishReason !== undefined;
    const data = { ...rest, content: piece, ...(isLast && { finishReason }) };
    return fitting(index === 0 ? { ...event, data } : ({ ...bare, data } as unknown as Event));
  });
}

/** The end of a log as a server takes it. */
export function fittingEnding(ending: LogEnding): LogEnding {
  switch (ending.status) {
    case 'completed': {
      const { output } = ending;
      const fits = output === undefined || (isFlat(output) && jsonBytes(output) <= LARGEST);
      return fits ? ending : { ...ending, output: smaller(output, LARGEST) };
    }
    case 'failed':
      return {
        ...ending,
        code: wholeSlice(ending.code, 0, LONGEST_CODE),
        message: wholeSlice(ending.message, 0, LONGEST_TOKEN),
      };
    case 'cancelled':
      return { ...ending, reason: wholeSlice(ending.reason, 0, LONGEST_TOKEN) };
    case 'unsaid':
      return ending;
  }
}

function fitting<Event extends LogEvent>(event: Event): Event {
  const { data, metadata } = event;
  const bytes = jsonBytes(data) + (metadata ? jsonBytes(metadata) : 0);
  const hasForm = isFlat(data) && (metadata === undefined || isFlat(metadata));
  if (bytes <= LARGEST && hasForm && isTaken(event)) return event;
  const cut = {
    ...event,
    data: smaller(data, LARGEST / 2),
    metadata: { ...(metadata && smaller(metadata, LARGEST / 2)), cutFrom: bytes },
  };
  return isTaken(cut) ? cut : refused(cut);
}

/** Only who writes a run without an agent may say that something went wrong, and what is said is plain. */
function isTaken(event: LogEvent): boolean {
  return event.type === 'error' || isAdmissible(event);
}

/** What no schema takes is kept as what it was meant to be. */
function refused<Event extends LogEvent>(event: Event): Event {
  const { node: _, ...bare } = event;
  return { ...bare, type: `custom:import.${event.type.replace(/[^\w.-]/g, '_')}` } as unknown as Event;
}

function cutText(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const piece = wholeSlice(text, from, LONGEST_TOKEN);
    pieces.push(piece);
    from += piece.length;
  }
  return pieces;
}
