import type { Script } from './script.ts';

/** Lets a run live on whose owner lives. */
export const KEEP: Script = {
  name: 'keep',
  lua: `
local px = redis.call('HGET', KEYS[1], 'px')
if not px then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'u', ARGV[1])
for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], px) end
return 1
`,
};
