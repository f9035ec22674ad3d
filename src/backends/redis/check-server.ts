import { SluiceError } from '../../errors/sluice-error.ts';
import type { RedisLink } from './redis-link.ts';
import type { RedisTrouble } from './redis-options.ts';

/** Rejects with `BAD_OPTION` where Redis is older than 6.2, and warns where it may drop keys. */
export async function checkServer(
  link: RedisLink,
  subject: string,
  onTrouble: (trouble: RedisTrouble) => void,
): Promise<void> {
  const info = await link.send<string>('info');
  const version = fieldOf(info, 'redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2))
    throw new SluiceError('BAD_OPTION', `${subject}: expected Redis 6.2 or later, got ${version || 'none'}.`);
  const policy = fieldOf(info, 'maxmemory_policy');
  if (policy !== '' && policy !== 'noeviction')
    onTrouble({
      trouble: 'eviction',
      message:
        `${subject}: expected maxmemory-policy noeviction, got ${policy}: Redis may drop keys when its memory is ` +
        'full. Set it to noeviction.',
    });
}

function fieldOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
}
