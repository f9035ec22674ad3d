export { type Bridge } from '../bridge.ts';
export { dockrion, type DockrionOptions } from './dockrion.ts';
export {
  type DockrionEvent,
  fromDockrionEvent,
  type ProducedEvent,
  toDockrionEvent,
} from './dockrion-event.ts';
export { type DockrionRun, type DockrionStatus, toDockrionRun } from './dockrion-run.ts';
export { type EventsAllowed, type EventsChoice, fromEventsFilter } from './events-filter.ts';
export { type DockrionStreaming, streamingOf } from './streaming.ts';
export { handlerAgent, type HandlerAgentOptions, type HandlerResult } from './handler-agent.ts';
