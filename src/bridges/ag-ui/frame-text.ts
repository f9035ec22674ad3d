import { frameText, placeText, saidShapes, saidText } from '../said-text.ts';
import type { AgUiEvent, AgUiType } from './ag-ui-event.ts';

/** Members of each type in the order in which they are said; `metadata`, `rawEvent` and `timestamp` come behind them. */
const MEMBERS: Readonly<Record<AgUiType, readonly string[]>> = {
  RUN_STARTED: ['threadId', 'runId', 'protocolVersion', 'parentRunId'],
  RUN_FINISHED: ['threadId', 'runId', 'result', 'outcome', 'usage'],
  RUN_ERROR: ['message', 'code'],
  STEP_STARTED: ['stepName'],
  STEP_FINISHED: ['stepName'],
  TEXT_MESSAGE_START: ['messageId', 'role', 'name'],
  TEXT_MESSAGE_CONTENT: ['messageId', 'delta'],
  TEXT_MESSAGE_END: ['messageId'],
  REASONING_START: ['messageId'],
  REASONING_MESSAGE_START: ['messageId', 'role'],
  REASONING_MESSAGE_CONTENT: ['messageId', 'delta'],
  REASONING_MESSAGE_END: ['messageId'],
  REASONING_END: ['messageId'],
  TOOL_CALL_START: ['toolCallId', 'toolCallName'],
  TOOL_CALL_ARGS: ['toolCallId', 'delta'],
  TOOL_CALL_END: ['toolCallId'],
  TOOL_CALL_RESULT: ['messageId', 'toolCallId', 'content', 'role'],
  ACTIVITY_SNAPSHOT: ['messageId', 'activityType', 'content', 'replace'],
  STATE_SNAPSHOT: ['snapshot'],
  STATE_DELTA: ['delta'],
  MESSAGES_SNAPSHOT: ['messages'],
  CUSTOM: ['name', 'value'],
};
const SHAPES = saidShapes(MEMBERS);

/**
 * Writes events of one stream as frames, with the bytes that `JSON.stringify` would make of what `AgUiMapper` gives. What
 * was said is left as it is.
 */
export class AgUiFrames {
  // The events of one of ours have one time.
  #timestamp: number | undefined;
  #timeText = '';

  write(event: AgUiEvent, cursor: string | undefined): string {
    const { metadata, rawEvent, timestamp } = event;
    const { head, members } = SHAPES.get(event.type)!;
    let text = saidText(event, head, members);
    if (metadata) text += metadataText(metadata.sluice, cursor);
    if (rawEvent !== undefined) text += `,"rawEvent":${JSON.stringify(rawEvent)}`;
    if (timestamp !== undefined) text += this.#time(timestamp);
    if (!metadata && cursor !== undefined) text += metadataText(undefined, cursor);
    return frameText(`${text}}`, cursor);
  }

  #time(timestamp: number): string {
    if (timestamp !== this.#timestamp) {
      this.#timestamp = timestamp;
      this.#timeText = `,"timestamp":${JSON.stringify(timestamp)}`;
    }
    return this.#timeText;
  }
}

function metadataText(facts: object | undefined, cursor: string | undefined): string {
  return `,"metadata":{"sluice":${placeText(facts, cursor)}}`;
}
