import { MappedTeller } from '../mapped-teller.ts';
import type { Teller } from '../teller.ts';
import { AgUiMapper } from './ag-ui-mapper.ts';
import type { AgUiRunOptions } from './ag-ui-stream.ts';

/** One run for one client of AG-UI, which passes over the places behind its frames. */
export function agUiTeller(options: AgUiRunOptions): Teller {
  return new MappedTeller(new AgUiMapper(options), event => ({
    said: event,
    cursor: event.metadata?.sluice.cursor,
  }));
}
