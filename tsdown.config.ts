import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

const doors = {
  index: 'src/index.ts',
  operators: 'src/operators/index.ts',
  testing: 'src/testing/index.ts',
  http: 'src/http/index.ts',
  'http/jwt': 'src/http/jwt/index.ts',
  client: 'src/client/index.ts',
  'client/socket': 'src/client/socket/index.ts',
  react: 'src/client/react/index.ts',
  sinks: 'src/sinks/index.ts',
  dashboard: 'src/dashboard/index.ts',
  'bridges/dockrion': 'src/bridges/dockrion/index.ts',
  'bridges/a2a': 'src/bridges/a2a/index.ts',
  'bridges/a2a-queue': 'src/bridges/a2a-queue/index.ts',
  'bridges/ai-sdk': 'src/bridges/ai-sdk/index.ts',
  'bridges/langgraph': 'src/bridges/langgraph/index.ts',
  'bridges/model-streams': 'src/bridges/model-streams/index.ts',
  'bridges/opa': 'src/bridges/opa/index.ts',
  'bridges/cloudevents': 'src/bridges/cloudevents/index.ts',
  'bridges/kafka': 'src/bridges/kafka/index.ts',
  'bridges/ag-ui': 'src/bridges/ag-ui/index.ts',
  'bridges/opentelemetry': 'src/bridges/opentelemetry/index.ts',
  'bridges/agent-logs': 'src/bridges/agent-logs/index.ts',
  'backends/file': 'src/backends/file/index.ts',
  'backends/redis': 'src/backends/redis/index.ts',
};
const command = { cli: 'src/cli/main.ts' };

/** The command enters the package by its doors, as any user does, so that both hold the same classes. */
const throughTheDoors = {
  name: 'through-the-doors',
  resolveId(source: string, importer: string | undefined) {
    if (importer === undefined || !source.startsWith('.')) return undefined;
    const file = resolve(dirname(importer), source);
    const door = Object.entries(doors).find(([, path]) => resolve(path) === file);
    return door && { id: `./${door[0]}.js`, external: true };
  },
};

const existing = (entries: Record<string, string>) =>
  Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

const base = {
  platform: 'neutral',
  target: 'node20',
  // scripts/build.mjs empties dist/ once; two formats that each clean it would race.
  clean: false,
  fixedExtension: false,
  // uuid has no CommonJS form, and a consumer's Jest in CommonJS mode cannot require ESM.
  deps: { alwaysBundle: ['uuid'], neverBundle: [/^node:/] },
} satisfies UserConfig;

export default defineConfig([
  { ...base, entry: existing(doors), format: 'esm', dts: true },
  { ...base, entry: existing(doors), format: 'cjs', dts: true, shims: true },
  {
    ...base,
    entry: existing(command),
    format: 'esm',
    dts: false,
    platform: 'node',
    plugins: [throughTheDoors],
    deps: { ...base.deps, alwaysBundle: ['commander', 'ws', 'yaml'] },
  },
]);
