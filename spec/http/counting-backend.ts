import type { Backend } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';

/** Counts who watches the log, so that what a connection leaves behind is seen. */
export function countingBackend(): Backend & { readonly watches: () => number } {
  const backend = memoryBackend();
  let watches = 0;
  const { log } = backend;
  return {
    ...backend,
    log: {
      append: (key, batch) => log.append(key, batch),
      read: (key, query) => log.read(key, query),
      trim: (key, seq) => log.trim(key, seq),
      watch: (key, ring) => {
        const stop = log.watch(key, ring);
        watches++;
        return () => {
          watches--;
          stop();
        };
      },
    },
    watches: () => watches,
  };
}
