export { redisBackend } from './redis-backend.ts';
export { type RedisBackendOptions, type RedisTrouble } from './redis-options.ts';
