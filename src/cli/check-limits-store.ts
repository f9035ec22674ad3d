import { SluiceError } from '../index.ts';
import type { BackendChoice } from './backend-choice.ts';
import type { Given } from './check-setting.ts';
import { shownAddress } from './shown-address.ts';

/** The Redis where rates are counted; `undefined`: in this process. Throws `BAD_OPTION`. */
export function checkLimitsStore(
  { name, text }: Given,
  backend: BackendChoice,
  redisUrl: string | undefined,
): string | undefined {
  if (text === 'memory') return undefined;
  if (/^rediss?:\/\/./.test(text)) return text;
  if (text !== 'redis') {
    throw new SluiceError(
      'BAD_OPTION',
      `${name}: expected memory, redis or redis://HOST:PORT, got ${shownAddress(text)}.`,
    );
  }
  const url = backend.kind === 'redis' ? backend.url : redisUrl;
  if (url) return url;
  throw new SluiceError(
    'BAD_OPTION',
    `${name} redis: expected the backend to be in Redis, or its address in REDIS_URL, got neither. Pass redis://HOST:PORT.`,
  );
}
