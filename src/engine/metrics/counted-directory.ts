import type { Directory } from '../../backends/backend.ts';
import type { EngineMeter } from './engine-meter.ts';

/** A directory whose failures are counted. */
export function countedDirectory(directory: Directory, meter: EngineMeter): Directory {
  const asked: EngineMeter['asked'] = (part, ask) => meter.asked(part, ask);
  return {
    create: (record, idempotency) => asked('directory', () => directory.create(record, idempotency)),
    get: key => asked('directory', () => directory.get(key)),
    list: query => asked('directory', () => directory.list(query)),
    update: (key, change) => asked('directory', () => directory.update(key, change)),
    delete: key => asked('directory', () => directory.delete(key)),
    watch: tell => directory.watch(tell),
    ...(directory.unfinished && { unfinished: () => asked('directory', () => directory.unfinished!()) }),
  };
}
