import { statSync } from 'node:fs';
import { asyncScheduler } from 'rxjs';
import { loadAgents } from '../load-agents.ts';
import { readKeys } from '../keys/key-file.ts';
import { authorizeOf } from '../serve-auth.ts';
import type { ServeSettings } from '../serve-settings.ts';
import { brokenBy, broken, good, notice, type Finding } from './finding.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;
/** Read or write by anybody but owner and group. */
const OTHERS = 0o007;

/** The file of keys: whether it can be read, by whom, and how many keys hold. */
export function checkKeys(path: string | undefined): readonly Finding[] {
  if (path === undefined) return [];
  try {
    const keys = readKeys(path);
    const now = asyncScheduler.now();
    const over = keys.filter(
      ({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) <= now,
    ).length;
    const mode = statSync(path).mode & 0o777;
    const holding = `${keys.length - over} keys hold${over > 0 ? `, ${over} are over` : ''}`;
    return [
      keys.length > over
        ? good('keys', holding)
        : notice(
            'keys',
            `${holding}: nobody is let in by one.`,
            `Make one: sluice keys new --subject NAME --file ${path}`,
          ),
      process.platform !== 'win32' && (mode & OTHERS) !== 0
        ? notice(
            'keys',
            `${path} has the mode ${mode.toString(8)}: everybody here sees whose keys there are, or more.`,
            `Run: chmod 600 ${path}`,
          )
        : good('keys', `mode ${mode.toString(8)}`),
    ];
  } catch (error) {
    return [brokenBy('keys', error, `Make one: sluice keys new --subject NAME --file ${path}`)];
  }
}

/** Whether whoever can reach the server is asked who that is. */
export async function checkAccess(settings: ServeSettings): Promise<Finding> {
  const { host } = settings;
  const isHere = LOOPBACK.test(host);
  try {
    const isGuarded = (await authorizeOf(settings, () => undefined)) !== undefined;
    if (isGuarded)
      return good('access', settings.jwt ? 'tokens or keys are asked for' : 'keys are asked for');
    if (isHere) return good('access', `${host} alone: nobody is asked, and nobody else reaches it`);
  } catch (error) {
    return brokenBy('access', error, 'See docs/reference/configuration.md, auth.');
  }
  return broken(
    'access',
    `${host} can be reached by others, and nobody is asked who that is: the server will not start.`,
    'Give it keys: sluice keys new --subject NAME --file keys.json, then --keys keys.json.',
  );
}

/** Loads the module, as a server would. */
export async function checkAgents({ agents, surveyed }: ServeSettings): Promise<Finding> {
  const demo = surveyed === undefined ? [] : ['those of the demo'];
  if (agents === undefined)
    return surveyed === undefined
      ? notice(
          'agents',
          'there are none: runs come from producers outside alone.',
          'Give it yours: --agents ./agents.mjs',
        )
      : good('agents', demo.join());
  try {
    const names = (await loadAgents(agents)).map(({ name }) => name);
    return good('agents', [...names, ...demo].join(', '));
  } catch (error) {
    return brokenBy('agents', error, 'Mend the module, or name another: --agents ./agents.mjs');
  }
}
