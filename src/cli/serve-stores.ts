import { fileBackend, type FileTrouble } from '../backends/file/index.ts';
import {
  redisBackend,
  redisPolicyStore,
  type RedisPolicyStore,
  type RedisTrouble,
} from '../backends/redis/index.ts';
import type { Backend } from '../index.ts';
import type { ServeSettings } from './serve-settings.ts';

/** Where runs are kept, where used tickets are noted, and where rates are counted; absent: in this process. */
export interface Stores {
  readonly backend: Backend | undefined;
  readonly tickets: RedisPolicyStore | undefined;
  readonly limits: RedisPolicyStore | undefined;
}

type StoreSettings = Pick<ServeSettings, 'backend' | 'file' | 'redis' | 'handler' | 'limitsUrl'>;
type Complain = (text: string) => void;

/** Opens what the settings say. Rejects with `BAD_OPTION`, `MISSING_PEER`, `STORAGE_LOCKED`, `STORAGE_LOST`. */
export async function openStores(settings: StoreSettings, complain: Complain): Promise<Stores> {
  const { backend, redis, handler, limitsUrl } = settings;
  const onTrouble = ({ message }: RedisTrouble): void => complain(message);
  const noteIn = (url: string): Promise<RedisPolicyStore> =>
    redisPolicyStore({ url, prefix: redis.prefix, onTrouble });
  // With a secret of its own each instance knows its tickets alone, and nobody else need note them.
  const isShared = backend.kind === 'redis' && handler.grants?.secret !== undefined;
  return {
    backend: await openBackend(settings, complain),
    tickets: isShared ? await noteIn(backend.url) : undefined,
    limits: limitsUrl === undefined ? undefined : await noteIn(limitsUrl),
  };
}

async function openBackend(
  { backend, file, redis }: StoreSettings,
  complain: Complain,
): Promise<Backend | undefined> {
  if (backend.kind === 'memory') return undefined;
  if (backend.kind === 'file') {
    const onTrouble = ({ path, message }: FileTrouble): void => complain(`${path}: ${message}`);
    return fileBackend({ ...file, dir: backend.dir, onTrouble });
  }
  return redisBackend({ ...redis, url: backend.url, onTrouble: ({ message }) => complain(message) });
}
