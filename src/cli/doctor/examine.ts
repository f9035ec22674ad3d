import type { CommandHost } from '../command-host.ts';
import { readConfig, type ConfigFile } from '../config/config-file.ts';
import type { Origin } from '../config/sources.ts';
import { resolveServe, type ServeFlags, type ServeSettings } from '../serve-settings.ts';
import { checkAccess, checkAgents, checkKeys } from './check-access.ts';
import { checkBackend } from './check-backend.ts';
import { checkClock, checkNode, checkPage, checkPort } from './check-process.ts';
import { brokenBy, good, notice, type Finding } from './finding.ts';

/** What was looked at, and where settings came from. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly origins: readonly Origin[];
}

/** Looks at everything that `sluice serve` with the same flags needs, and changes nothing that was there. Never rejects. */
export async function examine(flags: ServeFlags, host: CommandHost): Promise<Examination> {
  const findings = [checkNode(process.version), checkPage(host.page), checkClock()];
  let file: ConfigFile | undefined;
  let settings: ServeSettings;
  try {
    file = readConfig(flags.config, host.env, host.cwd);
    settings = resolveServe(flags, host.env, { cwd: host.cwd, home: host.home, file });
  } catch (error) {
    const next = 'Mend the setting that is named; all are in docs/reference/configuration.md.';
    return { findings: [...findings, brokenBy('settings', error, next)], origins: [] };
  }
  findings.push(
    good('settings', file?.path ?? 'flags and variables; there is no file'),
    ...settings.notes.map(note =>
      notice('settings', note, 'Remove it from the Dockfile, or leave it for Dockrion.'),
    ),
    ...checkKeys(settings.keys),
    await checkAccess(settings),
    await checkPort(settings.host, settings.port),
    await checkAgents(settings),
    ...(await checkBackend(settings)),
  );
  return { findings, origins: settings.origins };
}
