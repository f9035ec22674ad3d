/**
 * Lua that scripts begin with which note or compare times: `now`, in milliseconds, by the clock of Redis itself, since
 * those of the processes that share it may disagree, and one that is behind would let runs expire too early.
 */
export const STORE_TIME = `
local now
do
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function stamp(ms) return string.format('%.0f', ms) end
`;
