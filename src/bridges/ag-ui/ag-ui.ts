import { SluiceError } from '../../errors/sluice-error.ts';
import { parseFilter, type FilterSpec } from '../../event/filter.ts';
import type { ChatInput } from '../agent-input.ts';
import type { Bridge } from '../bridge.ts';
import { checkPlace } from '../check-place.ts';
import { problemDocument } from '../problem-document.ts';
import { AG_UI_OPERATIONS } from './operations.ts';
import { agUiRoutes } from './routes.ts';
import type { CheckedRunInput } from './run-input.ts';

/** What a client of AG-UI sends to start or resume a run. */
export type AgUiRunInput = CheckedRunInput;

/** How clients of AG-UI are served. All optional. */
export interface AgUiOptions {
  /** Where it is served. Default: `/agui`. */
  readonly at?: string | undefined;
  /** The agent that is served. Default: what `?agent=` says, or the only one there is. */
  readonly agent?: string | undefined;
  /**
   * What the agent is given: the `request` as the client sent it, the newest `text` of the user, or what a function makes
   * of the request. Default: `auto`, which is what its schema says: the text for an agent that takes a string, `{ text }`
   * for one that takes that, else the request.
   */
  readonly input?: ChatInput<AgUiRunInput> | undefined;
  /** Which types are told. Lifecycle, questions and decisions always are. Default: all. */
  readonly filter?: FilterSpec | undefined;
  /** What becomes of a run whose client leaves before the end: it goes on, or it is cancelled. Default: `detach`. */
  readonly onDisconnect?: 'detach' | 'cancel' | undefined;
}

/**
 * Answers clients of AG-UI 1.0, such as CopilotKit and `HttpAgent` of @ag-ui/client: runs, interrupts, and rejoining a run
 * where a client left it. Needs no package of AG-UI. Give it to a server as `bridges: [agUi()]`. Throws `BAD_OPTION`,
 * `BAD_FILTER`.
 */
export function agUi({
  at = '/agui',
  agent,
  input = 'auto',
  filter,
  onDisconnect,
}: AgUiOptions = {}): Bridge {
  if (at === '') throw new SluiceError('BAD_OPTION', 'agUi: at: expected a path such as /agui.');
  const names = filter === undefined ? undefined : parseFilter(filter).spec.join(',');
  return {
    ...{ name: 'ag-ui', at: checkPlace('ag-ui', at), refusal: problemDocument },
    routes: agUiRoutes({ agent, input, filter: names, onDisconnect: onDisconnect ?? 'detach' }),
    operations: AG_UI_OPERATIONS,
  };
}
