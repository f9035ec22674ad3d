import type { Script } from './script.ts';

/**
 * Gives a run to an instance, unless its fence is another one by now than the one seen. Answers the new fence,
 * "counter.nonce.instance", how many commands wait, and the cancel that was asked for; the same again to whoever sends
 * the call again, and to the owner. The nonce tells two owners apart that a failover gave the same counter.
 */
export const CLAIM: Script = {
  name: 'claim',
  lua: `
local seen, nonce, instance = ARGV[1], ARGV[2], ARGV[3]
local m = redis.call('HMGET', KEYS[1], 'n', 'f', 'o', 'x')
if not m[1] then return false end
local f = m[2] or ''
local fence = f
if m[3] ~= instance and string.match(f, '^%d+%.([^.]*)') ~= nonce then
  if f ~= seen then return {''} end
  fence = string.format('%.0f', tonumber(string.match(f, '^%d+') or '0') + 1) .. '.' .. nonce .. '.' .. instance
  redis.call('HSET', KEYS[1], 'f', fence, 'o', instance)
end
return {fence, redis.call('LLEN', KEYS[4]), m[4]}
`,
};
