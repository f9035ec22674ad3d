import type { OpenTable } from '../open-things.ts';
import type { AgUiEvent, AgUiType } from './ag-ui-event.ts';

type Closers = Readonly<Partial<Record<AgUiType, { readonly type: AgUiType; readonly name: string }>>>;

/** What each opener of AG-UI is closed with, and what names the two. */
const CLOSERS = {
  TEXT_MESSAGE_START: { type: 'TEXT_MESSAGE_END', name: 'messageId' },
  REASONING_START: { type: 'REASONING_END', name: 'messageId' },
  REASONING_MESSAGE_START: { type: 'REASONING_MESSAGE_END', name: 'messageId' },
  TOOL_CALL_START: { type: 'TOOL_CALL_END', name: 'toolCallId' },
  STEP_STARTED: { type: 'STEP_FINISHED', name: 'stepName' },
} as const satisfies Closers;

/** What can be open in a stream of AG-UI. */
export const AG_UI_OPENERS: OpenTable<AgUiEvent> = {
  closers: CLOSERS,
  begins: 'RUN_STARTED',
  ends: ['RUN_FINISHED', 'RUN_ERROR'],
  again: ({ rawEvent: _, timestamp: __, metadata, ...opener }) =>
    metadata ? { ...opener, metadata: { sluice: { ...metadata.sluice } } } : opener,
};
