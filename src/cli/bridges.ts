import { a2a } from '../bridges/a2a/index.ts';
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
  a2a: ({ at, agent, push, ...card }) => a2a({ at, agent, push: pushOf(push), card }),
  'a2a-queue': a2aQueue,
  'ag-ui': agUi,
  'ai-sdk': aiSdkChat,
  dockrion,
};

/**
 * The bridges of these names, else those of the file, each once. `demoAgent`: whom
 * bridges that serve one agent serve, unless the file says. Throws `BAD_OPTION`, `BAD_FILTER`.
 */
export function bridgesOf(
  flags: readonly string[] | undefined,
  file: Choice = {},
  { demoAgent }: { readonly demoAgent?: string | undefined } = {},
): readonly Bridge[] {
  // One that speaks word by word.
  const demoChat = demoAgent === undefined ? undefined : 'echo';
  return [...new Set(flags ?? namesOf(file))].map(name => {
    if (name === 'dockrion') return BRIDGES.dockrion(file.dockrion ?? {});
    if (name === 'a2a') return BRIDGES.a2a({ agent: demoAgent, ...file.a2a });
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

function pushOf(push: 'off' | 'public' | 'any' = 'public'): boolean | { readonly allowPrivate: boolean } {
  return push === 'any' ? { allowPrivate: true } : push !== 'off';
}

function namesOf(file: Choice): readonly string[] {
  return Object.entries(file).flatMap(([name, options]) => (options === undefined ? [] : [name]));
}
