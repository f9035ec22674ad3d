import type { Script } from './script.ts';

/** Puts a member into a sorted set that lives as long as the longest-lived of them. A place that is taken stays. */
export const INDEX_RUN: Script = {
  name: 'index-run',
  lua: `
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2], ARGV[3])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1
`,
};

/** Takes a member out of a sorted set if its score is still the one seen. */
export const UNLIST: Script = {
  name: 'unlist',
  lua: `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
`,
};
