import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/**
 * Appends one batch to each of some logs, where nothing else is to be done: no end, nothing to remove, no time to live
 * to be set. Answers for each whether it did; where it did not, nothing was changed and `append` says why.
 *
 * A log whose chain stands where the batch goes on from has the epoch, the tip and all characters that its writer
 * believes, and is open. The fence may be another one all the same. The stream is not made anew if it is lost, since it
 * would have no time to live. What a full Redis refuses it refuses here, before the log was touched.
 */
export const EXTEND: Script = {
  name: 'append',
  lua: `${STORE_TIME}
local call, pcall = redis.call, redis.pcall
local at, done = stamp(now), {}
for i = 1, #KEYS, 2 do
  local M, S, a = KEYS[i], KEYS[i + 1], (i - 1) / 2 * 9 - 1
  local prev, fence, last, hash = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local m, added = call('HMGET', M, 'h', 'f'), false
  if m[1] == prev and (m[2] or '') == fence then
    added = pcall('XADD', S, 'NOMKSTREAM', last, 'h', ARGV[a + 6], 'd', ARGV[a + 7])
  end
  if type(added) == 'string' then
    local kept = ARGV[a + 10]
    call('HSET', M, 's', last, 'h', hash, 'y', ARGV[a + 8], 't', at)
    -- Another process may have trimmed more.
    if kept ~= '' and tonumber(call('HGET', M, 'k')) < tonumber(kept) then call('HSET', M, 'k', kept) end
    pcall('PUBLISH', ARGV[a + 9], last)
    done[#done + 1] = 1
  else
    done[#done + 1] = 0
  end
end
return done
`,
};
