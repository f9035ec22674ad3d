import type { Script } from './script.ts';

/**
 * Stores a command for the owner, once for each id, and remembers the id, to which the owner may say something. Answers
 * the owner: `absent`, `ended`, `full`, or `to` whom. The first cancel is taken however many wait, and stands in the head
 * from then on; its reason is the one that the end will have.
 */
export const SEND: Script = {
  name: 'send',
  lua: `
local id, command, cancel, most, chars, known = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local m = redis.call('HMGET', KEYS[1], 'px', 'c', 'o', 'x', 'qc')
if not m[1] then return {'absent'} end
if m[2] then return {'ended'} end
if redis.call('HEXISTS', KEYS[5], id) == 1 then return {'to', m[3] or ''} end
local waiting, size = redis.call('LLEN', KEYS[4]), #command
if waiting > 0 then size = size + tonumber(m[5] or '0') end
local isFull = waiting >= most or (waiting > 0 and size > chars)
if isFull and cancel == '' then return {'full'} end
if isFull and m[4] then return {'to', m[3] or ''} end
redis.call('RPUSH', KEYS[4], command)
redis.call('HSET', KEYS[1], 'qc', string.format('%.0f', size))
redis.call('HSET', KEYS[5], id, '')
if redis.call('HLEN', KEYS[5]) > known then
  local other = redis.call('HRANDFIELD', KEYS[5])
  if other ~= id then redis.call('HDEL', KEYS[5], other) end
end
if cancel ~= '' then redis.call('HSETNX', KEYS[1], 'x', cancel) end
redis.call('PEXPIRE', KEYS[4], m[1])
redis.call('PEXPIRE', KEYS[5], m[1])
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

/** Notes what became of a command, for as long as the run is kept. */
export const SAY: Script = {
  name: 'say',
  lua: `
local px = redis.call('HGET', KEYS[1], 'px')
if not px then return 0 end
redis.call('HSET', KEYS[5], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[5], px)
return 1
`,
};
