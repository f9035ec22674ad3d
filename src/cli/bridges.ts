import { a2a, type PushOptions } from '../bridges/a2a/index.ts';
import { a2aQueue } from '../bridges/a2a-queue/index.ts';
import { agUi } from '../bridges/ag-ui/index.ts';
import { aiSdkChat } from '../bridges/ai-sdk/index.ts';
import { dockrion } from '../bridges/dockrion/index.ts';
import type { Bridge } from '../http/index.ts';
import { SluiceError } from '../index.ts';
import type { Config } from './config/config-schema.ts';

type Choice = NonNullable<Config['bridges']>;

/** What `--bridge` knows, each at its usual place unless the file of settings says another. */
const BRIDGES: { readonly [Name in keyof Choice]-?: (options: NonNullable<Choice[Name]>) => Bridge } = {
  a2a: options => a2aOf(options, undefined),
  'a2a-queue': a2aQueue,
  'ag-ui': agUi,
  'ai-sdk': aiSdkChat,
  dockrion,
};

/**
 * The bridges of these names, else those of the file, each once. `demoAgent`: whom
 * bridges that serve one agent serve, unless the file says. `secret`: what bridges seal with what they store. Throws
 * `BAD_OPTION`, `BAD_FILTER`.
 */
export function bridgesOf(
  flags: readonly string[] | undefined,
  file: Choice = {},
  {
    demoAgent,
    secret,
  }: { readonly demoAgent?: string | undefined; readonly secret?: string | undefined } = {},
): readonly Bridge[] {
  // One that speaks word by word.
  const demoChat = demoAgent === undefined ? undefined : 'echo';
  return [...new Set(flags ?? namesOf(file))].map(name => {
    if (name === 'dockrion') return BRIDGES.dockrion(file.dockrion ?? {});
    if (name === 'a2a') return a2aOf({ agent: demoAgent, ...file.a2a }, secret);
    if (name === 'ag-ui') return BRIDGES['ag-ui']({ agent: demoChat, ...file['ag-ui'] });
    if (name === 'ai-sdk') return BRIDGES['ai-sdk']({ agent: demoChat, ...file['ai-sdk'] });
    if (name === 'a2a-queue') return BRIDGES['a2a-queue'](file['a2a-queue'] ?? {});
    const known = Object.keys(BRIDGES).join(', ');
    throw new SluiceError(
      'BAD_OPTION',
      `--bridge: expected one of ${known}, got ${JSON.stringify(name.slice(0, 100))}. Give the flag once for each.`,
    );
  });
}

function a2aOf({ at, agent, push, ...card }: NonNullable<Choice['a2a']>, secret: string | undefined): Bridge {
  return a2a({ at, agent, push: pushOf(push, secret), card });
}

function pushOf(push: 'off' | 'public' | 'any' = 'public', secret: string | undefined): false | PushOptions {
  return push !== 'off' && { allowPrivate: push === 'any', secret };
}

function namesOf(file: Choice): readonly string[] {
  return Object.entries(file).flatMap(([name, options]) => (options === undefined ? [] : [name]));
}
