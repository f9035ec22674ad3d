export { type ChatInput } from '../agent-input.ts';
export { type Bridge } from '../bridge.ts';
export { agUi, type AgUiOptions, type AgUiRunInput } from './ag-ui.ts';
export {
  type AgUiEvent,
  type AgUiInterrupt,
  type AgUiOutcome,
  type AgUiPlace,
  type AgUiRole,
  type AgUiType,
} from './ag-ui-event.ts';
export { AgUiMapper } from './ag-ui-mapper.ts';
export { type AgUiRunOptions } from './ag-ui-stream.ts';
export { toAgUi } from './to-ag-ui.ts';
