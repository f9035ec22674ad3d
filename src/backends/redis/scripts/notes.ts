import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/**
 * Notes, in one slot. KEYS: their names, sorted; texts, behind their marks; places; holders; `holder/name` of all, sorted;
 * the ends of the holders' leases, by the clock of Redis. All are kept for `ARGV[1]` milliseconds after somebody said
 * that it lives.
 */
const KEEP = `
local function keep()
  for at = 1, #KEYS do redis.call('PEXPIRE', KEYS[at], ARGV[1]) end
end
local function give(name, holder)
  local old = redis.call('HGET', KEYS[4], name)
  if old then redis.call('ZREM', KEYS[5], old .. '/' .. name) end
  redis.call('HSET', KEYS[4], name, holder)
  redis.call('ZADD', KEYS[5], 0, holder .. '/' .. name)
end
local function marked(name, mark)
  local text = redis.call('HGET', KEYS[2], name)
  return text and string.sub(text, 1, #mark + 1) == mark .. ' '
end
`;

/** Takes a name, a marked text, a place, a holder, then prefixes and how many there may be. Answers the full one. */
export const PUT_NOTE: Script = {
  name: 'put note',
  lua: `${KEEP}
local name, text, place, holder = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('HEXISTS', KEYS[2], name) == 0 then
  for at = 6, #ARGV, 2 do
    local count = redis.call('ZLEXCOUNT', KEYS[1], '[' .. ARGV[at], '(' .. ARGV[at] .. '~')
    if count >= tonumber(ARGV[at + 1]) then return ARGV[at] end
  end
end
redis.call('HSET', KEYS[2], name, text)
redis.call('HSET', KEYS[3], name, place)
redis.call('ZADD', KEYS[1], 0, name)
give(name, holder)
keep()
return false
`,
};

/** Takes a prefix. Answers name, marked text and place of each. */
export const LIST_NOTES: Script = {
  name: 'list notes',
  lua: `
local told = {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], '[' .. ARGV[1], '(' .. ARGV[1] .. '~')) do
  local text = redis.call('HGET', KEYS[2], name)
  if text then
    told[#told + 1] = name
    told[#told + 1] = text
    told[#told + 1] = redis.call('HGET', KEYS[3], name) or ''
  end
end
return told
`,
};

/** Takes a name, a mark, a holder and a place. Answers whether that writing of it still was the holder's. */
export const MOVE_NOTE: Script = {
  name: 'move note',
  lua: `${KEEP}
local name, mark, holder, place = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('HGET', KEYS[4], name) ~= holder or not marked(name, mark) then return 0 end
redis.call('HSET', KEYS[3], name, place)
keep()
return 1
`,
};

/** Takes a name, and a mark or nothing. */
export const REMOVE_NOTE: Script = {
  name: 'remove note',
  lua: `${KEEP}
local name, mark = ARGV[2], ARGV[3]
if mark ~= '' and not marked(name, mark) then return 0 end
local holder = redis.call('HGET', KEYS[4], name)
if holder then redis.call('ZREM', KEYS[5], holder .. '/' .. name) end
redis.call('ZREM', KEYS[1], name)
for at = 2, 4 do redis.call('HDEL', KEYS[at], name) end
return 1
`,
};

/**
 * Takes a holder, its lease, and how many notes it takes at once. Answers name, marked text and place of those that it has
 * from now on, whose holders live no more.
 */
export const HOLD_NOTES: Script = {
  name: 'hold notes',
  lua: `${STORE_TIME}${KEEP}
local holder, lease, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZADD', KEYS[6], stamp(now + lease), holder)
local told, taken = {}, 0
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', stamp(now))) do
  if taken == most then break end
  -- '0' is the character behind '/'.
  local range = {'[' .. dead .. '/', '(' .. dead .. '0'}
  local owned = redis.call('ZRANGEBYLEX', KEYS[5], range[1], range[2], 'LIMIT', 0, most - taken)
  for _, entry in ipairs(owned) do
    local name = string.sub(entry, #dead + 2)
    redis.call('ZREM', KEYS[5], entry)
    local text = redis.call('HGET', KEYS[2], name)
    if text then
      give(name, holder)
      told[#told + 1] = name
      told[#told + 1] = text
      told[#told + 1] = redis.call('HGET', KEYS[3], name) or ''
    end
  end
  taken = taken + #owned
  if taken < most then redis.call('ZREM', KEYS[6], dead) end
end
keep()
return told
`,
};
