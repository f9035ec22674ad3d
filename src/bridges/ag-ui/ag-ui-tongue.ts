import { isNotice } from '../../event/notice.ts';
import { runFacts, type Tongue } from '../run-mapper.ts';
import type { AgUiEvent } from './ag-ui-event.ts';
import type { AgUiStream } from './ag-ui-stream.ts';
import { messagesOf } from './run-input.ts';
import { tellEvent, tellNotice } from './tell-event.ts';

/** How runs are told in AG-UI, whatever becomes of what is said. */
export const AG_UI: Omit<Tongue<AgUiEvent, AgUiStream, never>, 'place'> = {
  isFramed: true,
  begin(stream, item) {
    const event = item && !isNotice(item) ? item : undefined;
    if (item) stream.at(item.runId, event?.time);
    stream.begin(runFacts(item));
  },
  tell: tellEvent,
  tellNotice,
  /** The conversation is as it was when the run began. */
  restate(stream, event) {
    stream.at(event.runId, event.time);
    stream.say({ type: 'MESSAGES_SNAPSHOT', messages: messagesOf(event.data.input) });
  },
};
