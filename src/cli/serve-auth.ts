import { anyOf, apiKeys, type Authorize } from '../http/index.ts';
import { jwt } from '../http/jwt/index.ts';
import { ServedKeys } from './keys/served-keys.ts';
import type { ServeSettings } from './serve-settings.ts';

/** Who is let in: keys of a file, tokens, or both; `undefined` where nobody is asked. Rejects with `BAD_OPTION`. */
export async function authorizeOf(
  { keys, jwt: tokens }: Pick<ServeSettings, 'keys' | 'jwt'>,
  complain: (text: string) => void,
): Promise<Authorize | undefined> {
  const ways: Authorize[] = [];
  if (keys !== undefined) {
    const served = new ServedKeys(keys, complain);
    ways.push(apiKeys(() => served.list()));
  }
  if (tokens) ways.push(await jwt(tokens));
  return ways.length === 0 ? undefined : anyOf(...ways);
}
