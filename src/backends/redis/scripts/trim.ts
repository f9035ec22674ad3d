import { FORGET } from './forget.ts';
import type { Script } from './script.ts';

/** Forgets events up to a seq, but never the newest. Answers whether there was something to forget. */
export const TRIM: Script = {
  name: 'trim',
  lua: `${FORGET}
local m = redis.call('HMGET', KEYS[1], 's', 'k', 'px')
if not m[1] then return 0 end
local keep = math.min(tonumber(ARGV[1]), tonumber(m[1]) - 1) + 1
if keep <= tonumber(m[2]) then return 0 end
redis.call('HSET', KEYS[1], 'k', num(keep))
forget(KEYS[1], KEYS[2], KEYS[3], keep, m[3])
redis.pcall('PUBLISH', ARGV[2], num(keep))
return 1
`,
};
