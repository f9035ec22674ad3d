import type { ProducedEvent } from '../../client/index.ts';
import { fittingEvents } from './fitting-events.ts';
import type { TimedEvent } from './imported-times.ts';

/** Events of one record as they are appended: as a server takes them, each with its place in the log as its key. Pure. */
export function importedEvents(events: readonly TimedEvent[], record: number): readonly ProducedEvent[] {
  let part = 0;
  return events.flatMap(event =>
    fittingEvents(event).map(({ importedTime, metadata, ...fit }) => ({
      ...fit,
      metadata: {
        ...metadata,
        importedRecord: record,
        ...(importedTime !== undefined && { importedTime }),
      },
      key: `import:${record}.${part++}`,
    })),
  );
}
