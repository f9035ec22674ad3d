import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/** Admits a run. Whoever sends the call again, with the same nonce, is told `created` again. */
export const CREATE: Script = {
  name: 'create',
  lua: `${STORE_TIME}
local nonce, px = ARGV[1], ARGV[2]
local known = redis.call('HGET', KEYS[1], 'n')
if known then return known == nonce and 'created' or 'exists' end
local fields = {}
for i = 3, #ARGV do fields[#fields + 1] = ARGV[i] end
redis.call('HSET', KEYS[1], 'n', nonce, 'px', px, 't', stamp(now), 'u', stamp(now), unpack(fields))
redis.call('PEXPIRE', KEYS[1], px)
-- What is left of a former life, of which Redis lost the head.
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
return 'created'
`,
};
