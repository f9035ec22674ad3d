import { createContext } from '../index.ts';
import type { ProducedEvent } from '../client/index.ts';

const LONGEST_KEY = 256;
const probe = createContext({ capacity: 1 });

/**
 * Whether a run would take the event of an agent; the server is not asked, and an event that it refuses would stop all
 * behind it.
 */
export function isAdmissible({ type, data, source, node, metadata, key }: ProducedEvent): boolean {
  if (key !== undefined && !(typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY))
    return false;
  try {
    void probe.emit(type as 'observation', data as never, { source, node, metadata });
    probe.drain();
    return true;
  } catch {
    return false;
  }
}
