import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { paste, runProcess } from '../cli/command-process.ts';
import { type BlankProject, blankProject, packTarball, temporaryFolder } from './blank-project.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = '@typescript/native/bin/tsc';
const PATIENCE = 180_000;
const RUN = /<!-- run -->\s*```ts\n([\s\S]*?)```/g;
const SHELL = /<!-- shell -->\s*```sh\n([\s\S]*?)```/g;

/** The code blocks that a reader is told will run, named by page and place. */
function examples(fence = RUN): readonly { readonly name: string; readonly code: string }[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = ['README.md', ...docs.filter(name => name.endsWith('.md')).map(name => join('docs', name))];
  return pages.flatMap(page =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(fence)].map(([, code], at) => ({
      name: `${page.replaceAll(/[^A-Za-z0-9]+/g, '-')}-${at + 1}`,
      code: code!,
    })),
  );
}

describe('the code in README and docs', () => {
  const folder = temporaryFolder();
  let project: BlankProject;
  beforeAll(async () => {
    const tarball = await packTarball(folder.path);
    const files = Object.fromEntries(examples().map(({ name, code }) => [`${name}.ts`, code]));
    project = await blankProject(folder.path, tarball, {
      'package.json': JSON.stringify({ private: true, type: 'module' }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2022',
          strict: true,
          types: ['node'],
          skipLibCheck: true,
        },
        include: ['*.ts'],
      }),
      ...files,
    });
  }, PATIENCE);
  afterAll(() => folder.remove());

  it('has examples that run', () => {
    expect(examples().length).toBeGreaterThan(1);
  });

  it(
    'compiles and runs in a blank project',
    async () => {
      // Examples may use what every Node project has.
      for (const name of ['@types', 'react', 'react-dom', 'ws']) {
        symlinkSync(join(ROOT, 'node_modules', name), join(project.path, 'node_modules', name));
      }
      await project.tool(TSC, '-p', '.');
      for (const { name } of examples()) {
        const output = await project.node(`${name}.js`);
        expect(output).toMatch(/complete|approved|true/i);
      }
    },
    PATIENCE,
  );

  it(
    'runs in a shell, page by page, against a server with the demo',
    async () => {
      const bin = join(project.path, 'node_modules/.bin');
      const served = runProcess(join(bin, 'sluice'), ['serve', '--demo', '--port', '0'], {
        cwd: project.path,
      });
      try {
        const [, url] = await served.says(/Open {2}(http:\S+)/);
        const shell = `set -euo pipefail; cd '${project.path}'; export PATH='${bin}':"$PATH" SLUICE_URL=${url}`;
        expect(examples(SHELL).length).toBeGreaterThan(0);
        for (const { name, code } of examples(SHELL)) {
          const ran = paste(`${shell}\n${code}`);
          expect([name, await ran.ended, ran.said.err]).toEqual([name, 0, '']);
        }
      } finally {
        served.kill('SIGTERM');
        await served.ended;
      }
    },
    PATIENCE,
  );
});
