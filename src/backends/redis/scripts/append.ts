import { FORGET } from './forget.ts';
import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/**
 * Appends one batch as one entry whose id is its last seq, so that XRANGE from c+1 finds the entry that holds c+1.
 * Answers as `Log.append` says, with `ok` what the writer needs to know for `extend`; `forked`: the stored log ends with
 * another event than the batch goes on from.
 *
 * An entry has the fields `h`, "after prev chars id", and `d`, the lines. `chars` counts those of all entries before
 * it, so that what is kept is known from the first and the last entry.
 *
 * Retention: events before `k` are hidden at once, and removed when they are an eighth of what may be kept, since
 * cutting a stream costs as much for one entry as for many.
 */
export const APPEND: Script = {
  name: 'append',
  lua: `${FORGET}${STORE_TIME}
local M, S, B, Q, D = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local epoch, id, fence, after, last, prev, hash, chars, finish, channel, data = unpack(ARGV)
local m = redis.call('HMGET', M, 'e', 's', 'h', 'f', 'c', 'k', 'ke', 'kb', 'px', 'u', 'x', 'y', 'z', 'g')
if m[1] ~= epoch then return {'lost'} end
local a, s = tonumber(after), tonumber(m[2])
if a < s then
  local held = redis.call('XRANGE', S, num(a + 1), '+', 'COUNT', 1)[1]
  if held then
    local from, batch = string.match(held[2][2], '^(%d+) %S+ %d+ (.*)$')
    if from == after and batch == id then return {'duplicate'} end
  end
  for _, known in ipairs(redis.call('LRANGE', B, 0, -1)) do
    if known == after .. ' ' .. id then return {'duplicate'} end
  end
end
local f = m[4] or ''
if f ~= fence then
  local ours, theirs = string.match(fence, '^%d+'), string.match(f, '^%d+')
  if tonumber(ours or '0') <= tonumber(theirs or '0') then return {'fenced'} end
end
if m[5] then return {'closed', m[5]} end
if a ~= s then return {'gap', m[2]} end
if prev ~= m[3] then return {'forked'} end
if finish ~= '' and finish ~= 'cancelled' and m[11] then return {'cancelRequested', m[11]} end

redis.call('XADD', S, last .. '-0', 'h', after .. ' ' .. prev .. ' ' .. m[12] .. ' ' .. id, 'd', data)
local l, y = tonumber(last), tonumber(m[12]) + tonumber(chars)
redis.call('HSET', M, 's', last, 'h', hash, 'y', num(y), 't', stamp(now))
-- A failover lost the claim of the newer fence: it is taken over, and with it the owner it names.
if f ~= fence then redis.call('HSET', M, 'f', fence, 'o', string.match(fence, '^%d+%.[^.]*%.(.*)$') or '') end
if finish ~= '' then redis.call('HSET', M, 'c', last) end
local age = now - tonumber(m[10])
if s == 0 or age < 0 or age > tonumber(m[9]) / 8 or redis.call('XLEN', S) == 1 then
  for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], m[9]) end
  redis.call('HSET', M, 'u', stamp(now))
  age = 0
end

local ke, kb, k, room = tonumber(m[7]), tonumber(m[8]), tonumber(m[6]), nil
local keep = math.max(k, l - ke + 1)
if y - tonumber(m[13]) > kb then
  local from
  room = kb - kb / 8
  local at = tonumber(m[14]) + 1
  while not from do
    local entries = redis.call('XRANGE', S, num(at), '+', 'COUNT', 16)
    for _, entry in ipairs(entries) do
      local before, sum = string.match(entry[2][2], '^(%d+) %S+ (%d+)')
      from = tonumber(before) + 1
      if y - tonumber(sum) <= room then break end
      at = tonumber(string.match(entry[1], '^%d+')) + 1
      if at <= l then from = nil end
    end
  end
  if from == a + 1 and tonumber(chars) > kb then
    -- The batch alone is too much: as many of its newest lines as fit, at least one.
    local sizes, sum = {}, 0
    for line in string.gmatch(data, '[^\\n]+') do sizes[#sizes + 1] = #line - 9 end
    from = l
    for i = #sizes, 1, -1 do
      sum = sum + sizes[i]
      if sum > kb then break end
      from = a + i
    end
  end
  keep = math.max(keep, from)
end
if keep > k then redis.call('HSET', M, 'k', num(keep)) end
if room or keep - 1 - tonumber(m[14]) > ke / 8 then forget(M, S, B, keep, m[9]) end
redis.pcall('PUBLISH', channel, last)
return {'ok', stamp(age), unpack(redis.call('HMGET', M, 'px', 'y', 'z', 'k', 'g', 'ke', 'kb'))}
`,
};
