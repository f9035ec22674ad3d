import type { Script } from './script.ts';

/**
 * Whether a run still belongs to the holder of a fence: `held`, `ended`, `fenced` by another one, or `absent`. A claim
 * that a failover lost is made good: the newest fence counts, and an older one was there before it.
 */
export const HOLD: Script = {
  name: 'hold',
  lua: `
local fence, instance = ARGV[1], ARGV[2]
local m = redis.call('HMGET', KEYS[1], 'n', 'f', 'c')
if not m[1] then return 'absent' end
local f = m[2] or ''
if f ~= fence then
  if tonumber(string.match(fence, '^%d+')) <= tonumber(string.match(f, '^%d+') or '0') then return 'fenced' end
  redis.call('HSET', KEYS[1], 'f', fence, 'o', instance)
end
return m[3] and 'ended' or 'held'
`,
};
