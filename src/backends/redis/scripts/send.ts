import type { Script } from './script.ts';

/** Stores a command for the owner, once for each idempotency key. Answers the owner: `absent`, `ended`, or `to` whom. */
export const SEND: Script = {
  name: 'send',
  lua: `
local m = redis.call('HMGET', KEYS[1], 'px', 'c', 'o')
if not m[1] then return {'absent'} end
if m[2] then return {'ended'} end
if redis.call('SISMEMBER', KEYS[5], ARGV[1]) == 0 then
  redis.call('RPUSH', KEYS[4], ARGV[2])
  redis.call('SADD', KEYS[5], ARGV[1])
  if redis.call('SCARD', KEYS[5]) > 1000 then redis.call('SPOP', KEYS[5]) end
  -- The first cancel counts: its reason is the one that the end will have.
  if ARGV[3] ~= '' then redis.call('HSETNX', KEYS[1], 'x', ARGV[3]) end
  redis.call('PEXPIRE', KEYS[4], m[1])
  redis.call('PEXPIRE', KEYS[5], m[1])
end
return {'to', m[3] or ''}
`,
};

/** Hands the commands of a run to its owner; the same ones again to whoever sends the call again. */
export const TAKE: Script = {
  name: 'take',
  lua: `
local m = redis.call('HMGET', KEYS[1], 'o', 'tn', 'tv')
if m[1] ~= ARGV[1] then return false end
if m[2] == ARGV[2] then return cjson.decode(m[3]) end
local commands = redis.call('LRANGE', KEYS[4], 0, -1)
if #commands == 0 then return {} end
redis.call('HSET', KEYS[1], 'tn', ARGV[2], 'tv', cjson.encode(commands))
redis.call('DEL', KEYS[4])
return commands
`,
};
