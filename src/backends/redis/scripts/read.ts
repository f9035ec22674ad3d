import type { Script } from './script.ts';

/**
 * One view of a log at one moment: tip, what is kept, and the entries that a page is made of, whole and in the order of
 * the page. `held` is the entry that the checked position lies in, where the page does not begin with it. Where the
 * position was trimmed, the oldest entry comes alone, since it knows the chain before it.
 */
export const READ: Script = {
  name: 'read',
  lua: `
local M, S = KEYS[1], KEYS[2]
local after, epoch, hashed, limit, bytes = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1', tonumber(ARGV[4]), tonumber(ARGV[5])
local reverse = ARGV[6] == '1'
local function num(value) return string.format('%.0f', value) end
local m = redis.call('HMGET', M, 'e', 's', 'h', 'c', 'k')
if not m[1] then return {'absent'} end
if epoch ~= '' and epoch ~= m[1] then return {'epoch'} end
local s, k = tonumber(m[2]), tonumber(m[5])
if after > s then return {'future'} end
local held, entries = false, {}
if hashed and after < s and after + 1 >= k and (limit == 0 or reverse) then
  held = redis.call('XRANGE', S, num(after + 1), '+', 'COUNT', 1)[1] or false
end
local newest = s
if after > 0 then newest = after - 1 end
local trimmed = after + 1 < k
if reverse then trimmed = newest < k end
if limit > 0 and trimmed then
  entries = redis.call('XRANGE', S, num(k), '+', 'COUNT', 1)
elseif limit > 0 then
  local count, size, step, at = 0, 0, 4, num(after + 1)
  local function take(entry)
    entries[#entries + 1] = entry
    local id = string.match(entry[1], '^%d+')
    count = count + tonumber(id) - tonumber(string.match(entry[2][2], '^%d+'))
    size = size + #entry[2][4]
    return entry[1]
  end
  if reverse then
    -- The entry that holds the newest of the page may have newer ones too, of which the page has none.
    local first = redis.call('XRANGE', S, num(newest), '+', 'COUNT', 1)[1]
    if first then
      at = '(' .. take(first)
      count, size = newest - tonumber(string.match(first[2][2], '^%d+')), 0
    end
    if not first or newest < 1 then limit = 0 end
  end
  -- A page has one event at least, however few bytes it may have.
  while count < limit and (size < bytes or #entries == 0) do
    local some
    if reverse then some = redis.call('XREVRANGE', S, at, '-', 'COUNT', step)
    else some = redis.call('XRANGE', S, at, '+', 'COUNT', step) end
    for _, entry in ipairs(some) do
      at = '(' .. take(entry)
      if count >= limit or size >= bytes then break end
    end
    if #some < step then break end
    step = math.min(step * 2, 64)
  end
end
return {'page', m[1], m[2], m[3], m[4], m[5], entries, held}
`,
};
