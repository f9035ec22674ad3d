import { isSluiceError, knownSecrets, SluiceError, type SecretsOptions } from '../index.ts';
import type { Config } from './config/config-schema.ts';
import { secretAt } from './config/secret-at.ts';
import type { Sources } from './config/sources.ts';

/** What says which secrets are looked for. */
interface Said {
  readonly flags: { readonly detectSecrets?: string | true | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  readonly sources: Sources;
  readonly folder: string;
}

/** What an engine is to look for; `undefined`: nothing. Throws `BAD_OPTION`, and shows no value. */
export function secretsOf({ flags, env, config, sources, folder }: Said): SecretsOptions | undefined {
  const { detectSecrets: flag } = flags;
  const place = sources.first(
    'secrets.detect',
    ['--detect-secrets', flag === true ? 'true' : flag],
    ['SLUICE_DETECT_SECRETS', env['SLUICE_DETECT_SECRETS']],
  );
  const { values = {}, rules, detect: written } = config.secrets ?? {};
  if (!config.secrets && !place) return undefined;
  const detect = place ? detectIn(place.text) : (written ?? false);
  try {
    // Checked here, so that the doctor knows, too.
    knownSecrets({ detect, rules });
  } catch (error) {
    if (!place || !isSluiceError(error) || !error.message.startsWith('secrets.detect')) throw error;
    throw new SluiceError('BAD_OPTION', error.message.replace('secrets.detect', place.name), {
      cause: error,
    });
  }
  const read = Object.entries(values).map(([name, at]) => [
    name,
    secretAt(`secrets.values.${name}`, at, { env, folder }),
  ]);
  return { detect, ...(rules && { rules }), values: Object.fromEntries(read) as Record<string, string> };
}

function detectIn(text: string): boolean | readonly string[] {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.split(',').map(name => name.trim());
}
