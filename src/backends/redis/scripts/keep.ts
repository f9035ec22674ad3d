import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/** Lets a run live on whose owner lives. */
export const KEEP: Script = {
  name: 'keep',
  lua: `${STORE_TIME}
local px = redis.call('HGET', KEYS[1], 'px')
if not px then return 0 end
redis.call('HSET', KEYS[1], 't', stamp(now), 'u', stamp(now))
for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], px) end
return 1
`,
};
