import type { Script } from './script.ts';
import { STORE_TIME } from './store-time.ts';

/**
 * Reserves an idempotency key for a run that is about to be created, `p`, or tells whom it belongs to and for how many milliseconds. One whose run is
 * not there is taken over by naming its nonce.
 */
export const RESERVE: Script = {
  name: 'reserve',
  lua: `${STORE_TIME}
local run, fingerprint, nonce, px, stolen = unpack(ARGV)
local m = redis.call('HMGET', KEYS[1], 'r', 'f', 'n', 's', 't')
if m[1] and m[3] ~= nonce and m[3] ~= stolen then
  m[5] = stamp(now - tonumber(m[5]))
  return m
end
if m[3] ~= nonce then
  redis.call('HSET', KEYS[1], 'r', run, 'f', fingerprint, 'n', nonce, 's', 'p', 't', stamp(now))
  redis.call('PEXPIRE', KEYS[1], px)
end
return false
`,
};

/** Makes a reservation final, or takes it back; answers whether it still held. */
export const SETTLE: Script = {
  name: 'settle',
  lua: `
if redis.call('HGET', KEYS[1], 'n') ~= ARGV[1] then return 0 end
if ARGV[2] == 'd' then redis.call('HSET', KEYS[1], 's', 'd') else redis.call('DEL', KEYS[1]) end
return 1
`,
};
