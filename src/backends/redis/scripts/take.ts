import { POLICY_TIME } from './policy-time.ts';
import type { Script } from './script.ts';

/**
 * Takes one token of a bucket, which is the time at which it is full. Answers the milliseconds until there is one; where
 * that is more than the patience, nothing was taken. It takes what `MemoryPolicyStore.take` takes.
 */
export const TAKE: Script = {
  name: 'take',
  lua: `${POLICY_TIME}
local each, burst, patience = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now)) + each
local wait = math.max(0, math.ceil(full - each * burst - now - 1e-6))
if wait <= patience then redis.call('SET', KEYS[1], text(full), 'PX', span(full - now)) end
return wait
`,
};
