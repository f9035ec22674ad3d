import { POLICY_TIME } from './policy-time.ts';
import type { Script } from './script.ts';

/**
 * Adds to an account: a hash of `u` until when it is kept, and each amount behind `=`. Takes how many limits there are,
 * then names and numbers of limits and of amounts. Answers whether a limit is reached, which, and the totals.
 */
export const SPEND: Script = {
  name: 'spend',
  lua: `${POLICY_TIME}
local within, count = tonumber(ARGV[2]), tonumber(ARGV[3])
local fields = redis.call('HGETALL', KEYS[1])
local totals, names = {}, {}
local ends = tonumber(redis.call('HGET', KEYS[1], 'u') or now)
local known = ends > now
-- A clock that was set back prolongs nothing.
ends = known and math.min(ends, now + within) or now + within
for at = 1, #fields, 2 do
  if known and string.sub(fields[at], 1, 1) == '=' then
    local name = string.sub(fields[at], 2)
    names[#names + 1] = name
    totals[name] = tonumber(fields[at + 1])
  end
end
local last = 3 + 2 * count
local amounts, order = {}, {}
for at = last + 1, #ARGV, 2 do
  amounts[ARGV[at]] = tonumber(ARGV[at + 1])
  order[#order + 1] = ARGV[at]
end
local function answer(over)
  local told = {over and 1 or 0, over or ''}
  for _, name in ipairs(names) do
    told[#told + 1] = name
    told[#told + 1] = text(totals[name])
  end
  return told
end
for at = 4, last, 2 do
  local name, limit = ARGV[at], tonumber(ARGV[at + 1])
  local total = totals[name] or 0
  if total >= limit or total + (amounts[name] or 0) > limit then return answer(name) end
end
if #order == 0 then return answer() end
local set = {'u', text(ends)}
for _, name in ipairs(order) do
  if not totals[name] then names[#names + 1] = name end
  totals[name] = math.max(0, (totals[name] or 0) + amounts[name])
  set[#set + 1] = '=' .. name
  set[#set + 1] = text(totals[name])
end
redis.call('HSET', KEYS[1], unpack(set))
if not known then
  for at = 1, #fields, 2 do
    if fields[at] ~= 'u' and not totals[string.sub(fields[at], 2)] then redis.call('HDEL', KEYS[1], fields[at]) end
  end
end
keep(KEYS[1], ends - now)
return answer()
`,
};
