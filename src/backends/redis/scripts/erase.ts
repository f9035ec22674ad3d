import type { Script } from './script.ts';

/**
 * Erases a run; with a time, only if nothing touched it since. Answers its idempotency key, that one's nonce and the
 * owner, or nothing.
 */
export const ERASE: Script = {
  name: 'erase',
  lua: `
local m = redis.call('HMGET', KEYS[1], 'n', 't', 'ik', 'in', 'o')
if not m[1] or (ARGV[1] ~= '' and m[2] ~= ARGV[1]) then return false end
redis.call('UNLINK', unpack(KEYS))
redis.pcall('PUBLISH', ARGV[2], '0')
return {m[3] or '', m[4] or '', m[5] or ''}
`,
};
