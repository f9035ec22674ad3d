import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blankProject, packTarball, temporaryFolder } from './blank-project.ts';

const TSC = '@typescript/native/bin/tsc';
const JEST = 'jest/bin/jest.js';
// Three installs and compilers on a busy machine; nothing here is measured.
const PATIENCE = 180_000;

const folder = temporaryFolder();
let tarball: string;
beforeAll(async () => {
  tarball = await packTarball(folder.path);
}, PATIENCE);
afterAll(() => folder.remove());

const PROGRAM = `
async function program() {
  const engine = createEngine();
  const run = await engine.start(async ctx => { for (const t of ['a', 'b']) ctx.token(t); return 'done'; }, { input: { q: 1 } });
  for await (const event of run.pipe(onlyEvents())) console.log(event.seq, event.type);
  await engine.close();
}
`;
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    // The published types are checked as well, not only how they are used.
    skipLibCheck: false,
  },
  files: ['program.ts'],
});

/** What the optional package behind a door is told as where nobody installed it. */
const WITHOUT_PEER = `
for (const open of [redisBackend, redisPolicyStore]) {
  open({ url: 'redis://127.0.0.1:1' }).catch(error => console.log(error.code, error.message));
}
`;
const MISSING_PEER = ['redisBackend', 'redisPolicyStore'].map(
  name =>
    `MISSING_PEER ${name}: expected the package ioredis, which is not installed. Run: npm install ioredis@6\n`,
);

function expectWholeRun(output: string): void {
  const lines = output.trim().split('\n');
  expect(lines.map(line => Number(line.split(' ')[0]))).toEqual(lines.map((_, index) => index + 1));
  const types = lines.map(line => line.split(' ')[1]);
  expect(types[0]).toBe('started');
  expect(types.filter(type => type === 'token')).toHaveLength(2);
  expect(types.at(-1)).toBe('complete');
}

describe('the package, installed from its tarball', () => {
  it(
    'works in an ESM project in TypeScript',
    async () => {
      const project = await blankProject(folder.path, tarball, {
        'package.json': JSON.stringify({ private: true, type: 'module' }),
        'tsconfig.json': TSCONFIG,
        'program.ts': `import { createEngine, onlyEvents } from 'sluice';${PROGRAM}await program();`,
        'redis.js': `import { redisBackend, redisPolicyStore } from 'sluice/backends/redis';${WITHOUT_PEER}`,
      });
      await project.tool(TSC, '-p', '.');
      expectWholeRun(await project.node('program.js'));
      expect(await project.node('redis.js')).toBe(MISSING_PEER.join(''));
    },
    PATIENCE,
  );

  it(
    'works in a CommonJS project, in TypeScript and by require',
    async () => {
      const project = await blankProject(folder.path, tarball, {
        'package.json': JSON.stringify({ private: true, type: 'commonjs' }),
        'tsconfig.json': TSCONFIG,
        'program.ts': `import { createEngine, onlyEvents } from 'sluice';${PROGRAM}void program();`,
        'plain.cjs': `const { createEngine, onlyEvents } = require('sluice');${PROGRAM}program();`,
        'redis.cjs': `const { redisBackend, redisPolicyStore } = require('sluice/backends/redis');${WITHOUT_PEER}`,
      });
      await project.tool(TSC, '-p', '.');
      expect(await project.node('redis.cjs')).toBe(MISSING_PEER.join(''));
      expectWholeRun(await project.node('program.js'));
      expectWholeRun(await project.node('plain.cjs'));
    },
    PATIENCE,
  );

  it(
    'works in a Jest that runs CommonJS',
    async () => {
      const project = await blankProject(folder.path, tarball, {
        'package.json': JSON.stringify({
          private: true,
          type: 'commonjs',
          jest: { testEnvironment: 'node' },
        }),
        'sluice.test.js': `
        const { createEngine, onlyEvents } = require('sluice');${PROGRAM}
        test('a run', async () => {
          const log = jest.spyOn(console, 'log').mockImplementation(() => {});
          await program();
          expect(log.mock.calls.map(([seq]) => seq)).toEqual(log.mock.calls.map((_, index) => index + 1));
          expect(log.mock.calls.at(-1)[1]).toBe('complete');
        });`,
      });
      await expect(project.tool(JEST, '--ci')).resolves.toBeDefined();
    },
    PATIENCE,
  );

  it(
    'is one house when a program holds both copies of it',
    async () => {
      const project = await blankProject(folder.path, tarball, {
        'package.json': JSON.stringify({ private: true, type: 'module' }),
        'program.js': `
        import { createRequire } from 'node:module';
        import * as esm from 'sluice';
        const cjs = createRequire(import.meta.url)('sluice');
        const engine = esm.createEngine();
        const run = await engine.start(async ctx => String(cjs.getRunContext() === ctx));
        const error = new esm.SluiceError('BAD_OPTION', 'one: expected an option, got none.');
        console.log(esm === cjs, esm.SluiceError === cjs.SluiceError, cjs.isSluiceError(error, 'BAD_OPTION'), await run.result);
        await engine.close();`,
      });
      expect((await project.node('program.js')).trim()).toBe('false false true true');
    },
    PATIENCE,
  );
});
