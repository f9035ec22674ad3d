export { redisBackend } from './redis-backend.ts';
export { type RedisBackendOptions, type RedisTrouble } from './redis-options.ts';
export {
  redisPolicyStore,
  type RedisPolicyStore,
  type RedisPolicyStoreOptions,
} from './redis-policy-store.ts';
