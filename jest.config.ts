/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const project = (
  displayName: string,
  testMatch: string[],
  { ignore = [], ...more }: Config & { ignore?: string[] } = {},
) =>
  ({
    ...more,
    displayName,
    testMatch: testMatch.map(pattern => `<rootDir>/spec/${pattern}`),
    testPathIgnorePatterns: ['/node_modules/', ...ignore.map(path => `<rootDir>/spec/${path}/`)],
    testEnvironment: 'node',
    extensionsToTreatAsEsm: ['.ts'],
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
          module: { type: 'es6' },
          sourceMaps: 'inline',
        },
      ],
    },
  }) satisfies Config;

const ON_DIST = { globalSetup: '<rootDir>/spec/support/fresh-build.ts' };

export default {
  // Many specs wait for processes and deadlines for longer than they compute.
  maxWorkers: Math.min(4, availableParallelism() + 1),
  // A deadline that only a fault reaches, also on a busy machine with two cores.
  testTimeout: 60_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  projects: [
    project('unit', ['**/*.spec.ts'], { ignore: ['architecture', 'browser', 'package'] }),
    project('architecture', ['architecture/**/*.spec.ts']),
    project('browser', ['browser/**/*.spec.ts'], ON_DIST),
    project('package', ['package/**/*.spec.ts'], ON_DIST),
  ],
} satisfies Config;
