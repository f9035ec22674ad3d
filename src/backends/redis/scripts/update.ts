import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/**
 * Changes fields of a record: pairs of name and JSON, an empty text for none. A record that has ended takes no change to
 * another status. Answers the whole record.
 */
export const UPDATE: Script = {
  name: 'update',
  lua: `${STORE_TIME}
local px = redis.call('HGET', KEYS[1], 'px')
if not px then return false end
local is = redis.call('HGET', KEYS[1], '.status')
local ended = is == '"completed"' or is == '"failed"' or is == '"cancelled"'
local taken = true
for i = 2, #ARGV, 2 do
  if ended and ARGV[i] == '.status' and ARGV[i + 1] ~= is then taken = false end
end
if taken then
  redis.call('HSET', KEYS[1], 't', stamp(now), 'u', stamp(now))
  for i = 2, #ARGV, 2 do
    if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
    else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  end
  for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], px) end
end
local names = {}
for name in string.gmatch(ARGV[1], '%S+') do names[#names + 1] = name end
return redis.call('HMGET', KEYS[1], unpack(names))
`,
};
