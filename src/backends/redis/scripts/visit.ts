import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/**
 * Puts a run into the list of visits, so many milliseconds from now, and lets the list live as long as the run; with
 * `LT` a visit that is planned for an earlier time stays.
 */
export const PLAN_VISIT: Script = {
  name: 'plan-visit',
  lua: `${STORE_TIME}
redis.call('ZADD', KEYS[1], ARGV[4] or 'CH', stamp(now + tonumber(ARGV[1])), ARGV[2])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
`,
};

/** The runs whose visit is due, so many at the most, and behind each for when it was planned. */
export const DUE_VISITS: Script = {
  name: 'due-visits',
  lua: `${STORE_TIME}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', stamp(now), 'WITHSCORES', 'LIMIT', 0, ARGV[1])
`,
};

/** What a visit must know of a run: for how many milliseconds nothing has happened to it, and some fields of its head. */
export const VISIT: Script = {
  name: 'visit',
  lua: `${STORE_TIME}
local m = redis.call('HMGET', KEYS[1], 't', unpack(ARGV))
if not m[1] then return false end
return {stamp(now - tonumber(m[1])), unpack(m)}
`,
};
