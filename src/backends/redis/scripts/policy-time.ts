/**
 * What scripts of policies begin with: `now` in milliseconds, of Redis itself unless the caller has a clock, `text` for
 * numbers that must come back as they were, and `keep`, which gives a key so many milliseconds. Nothing is kept for
 * longer than ten years, since Redis takes no larger number than fits.
 */
export const POLICY_TIME = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
end
local function text(number) return string.format('%.17g', number) end
local function span(ms) return string.format('%.0f', math.min(math.max(math.ceil(ms), 1), 315360000000)) end
local function keep(key, ms) redis.call('PEXPIRE', key, span(ms)) end
`;
