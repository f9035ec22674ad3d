import { fileBackend, type FileTrouble } from '../backends/file/index.ts';
import {
  redisBackend,
  redisPolicyStore,
  type RedisPolicyStore,
  type RedisTrouble,
} from '../backends/redis/index.ts';
import type { Backend } from '../index.ts';
import type { ServeSettings } from './serve-settings.ts';

/** Where runs are kept, and where used tickets are noted; absent: in this process. */
export interface Stores {
  readonly backend?: Backend | undefined;
  readonly tickets?: RedisPolicyStore | undefined;
}

/** Opens what the settings say. Rejects with `BAD_OPTION`, `MISSING_PEER`, `STORAGE_LOCKED`, `STORAGE_LOST`. */
export async function openStores(
  { backend, file, redis, handler }: Pick<ServeSettings, 'backend' | 'file' | 'redis' | 'handler'>,
  complain: (text: string) => void,
): Promise<Stores> {
  if (backend.kind === 'memory') return {};
  if (backend.kind === 'file') {
    const onTrouble = ({ path, message }: FileTrouble): void => complain(`${path}: ${message}`);
    return { backend: await fileBackend({ ...file, dir: backend.dir, onTrouble }) };
  }
  const onTrouble = ({ message }: RedisTrouble): void => complain(message);
  const opened = await redisBackend({ ...redis, url: backend.url, onTrouble });
  // With a secret of its own each instance knows its tickets alone, and nobody else need note them.
  if (handler.grants?.secret === undefined) return { backend: opened };
  return {
    backend: opened,
    tickets: await redisPolicyStore({ url: backend.url, prefix: redis.prefix, onTrouble }),
  };
}
