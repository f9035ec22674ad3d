import { POLICY_TIME } from './policy-time.ts';
import type { Script } from './script.ts';

/**
 * A circuit, as `Circuit` describes it: a hash of `o` until when it is open, `n` which opening it is, `s` trials that
 * succeeded, `x` when it may be forgotten; a list of the times of failures, and one of the trials under way.
 */
const CIRCUIT = `${POLICY_TIME}
local head, failed, trying = KEYS[1], KEYS[2], KEYS[3]
local failures, within, cooldown, trials = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local m = redis.call('HMGET', head, 'o', 'n', 's', 'x')
local known = m[4] and tonumber(m[4]) > now
-- A clock that was set back leaves nothing open for longer than its rules say.
local open = known and m[1] and math.min(tonumber(m[1]), now + cooldown)
local opening = known and m[2] or '0'
local succeeded = known and tonumber(m[3] or 0) or 0
local function save()
  local left = open and math.max(now, open) + cooldown + within - now or within
  redis.call('HSET', head, 'n', opening, 's', succeeded, 'x', text(now + left))
  if open then redis.call('HSET', head, 'o', text(open)) else redis.call('HDEL', head, 'o') end
  for _, key in ipairs(KEYS) do keep(key, left) end
end
local function stale(key, age)
  local count = 0
  for _, at in ipairs(redis.call('LRANGE', key, 0, -1)) do
    if tonumber(at) + age > now then break end
    count = count + 1
  end
  return count
end
local function begin()
  opening, open, succeeded = string.format('%.0f', tonumber(opening) + 1), now + cooldown, 0
  save()
  redis.call('DEL', failed, trying)
end
local function close()
  open, succeeded = nil, 0
  save()
  redis.call('DEL', trying)
end
`;

/** Answers the state, and which trial it is or how long to wait. */
export const ADMIT: Script = {
  name: 'admit',
  lua: `${CIRCUIT}
if not open then return {'closed', 0} end
if now < open then return {'open', math.ceil(open - now)} end
-- A trial whose outcome nobody tells must not keep it half open for ever.
local lost = stale(trying, cooldown)
local under_way = redis.call('LLEN', trying) - lost
if succeeded >= trials then
  close()
  return {'closed', 0}
end
if under_way + succeeded >= trials then
  save()
  return {'open', math.ceil(tonumber(redis.call('LINDEX', trying, lost)) + cooldown - now)}
end
redis.call('RPUSH', trying, text(now))
redis.call('LTRIM', trying, lost, -1)
save()
return {'trial', tonumber(opening)}
`,
};

/** Hears how a call ended; a trial that is not of this opening says nothing. */
export const REPORT: Script = {
  name: 'report',
  lua: `${CIRCUIT}
local outcome, trial = ARGV[6], ARGV[7]
if trial ~= '' then
  if not open or trial ~= opening then return 0 end
  if outcome == 'failed' then
    begin()
    return 1
  end
  redis.call('LPOP', trying)
  if outcome == 'succeeded' then succeeded = succeeded + 1 end
  if succeeded >= trials then close() else save() end
  return 1
end
-- What began before it opened says nothing about now.
if outcome ~= 'failed' or open then return 0 end
local old = stale(failed, within)
redis.call('RPUSH', failed, text(now))
redis.call('LTRIM', failed, old, -1)
if redis.call('LLEN', failed) >= failures then begin() else save() end
return 1
`,
};
