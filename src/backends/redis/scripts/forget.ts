/**
 * Lua that append and trim begin with.
 *
 * `forget` removes the entries that lie wholly before the event `keep`, remembers which batches the newest 64 of them
 * were, and notes where the stream begins now: `g`, the event before its first one, and `z`, the characters before it.
 */
export const FORGET = `
local function num(value) return string.format('%.0f', value) end
local function forget(M, S, B, keep, px)
  local old = redis.call('XREVRANGE', S, num(keep - 1), '-', 'COUNT', 64)
  if #old == 0 then return end
  for i = #old, 1, -1 do
    local after, id = string.match(old[i][2][2], '^(%d+) %S+ %d+ (.*)$')
    redis.call('RPUSH', B, after .. ' ' .. id)
  end
  redis.call('LTRIM', B, -64, -1)
  redis.call('PEXPIRE', B, px)
  redis.call('XTRIM', S, 'MINID', num(keep))
  local first = redis.call('XRANGE', S, '-', '+', 'COUNT', 1)[1]
  local g, z = string.match(first[2][2], '^(%d+) %S+ (%d+)')
  redis.call('HSET', M, 'g', g, 'z', z)
end
`;
