import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** What a bundler makes of one import of the package: the bytes, and the packages it would load besides. */
async function bundle(statement: string, external: string[]) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: statement, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    external,
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.outputs).flatMap(output => output.imports.map(({ path }) => path));
  return { bytes: gzipSync(outputFiles[0]!.contents).length, imports: [...new Set(imports)].sort() };
}

describe('what an import costs a browser, gzipped and without RxJS', () => {
  // A ceiling is raised only together with what causes the growth.
  it.each([
    ['nothing', `import 'sluice';`, 30],
    // Of which 340 are the names of the event types, which bundlers keep although nothing uses them here.
    ['one operator', `export { onlyEvents } from 'sluice/operators';`, 720],
    ['redaction', `export { redactSecrets } from 'sluice/operators';`, 4_400],
    ['a connection to a run', `export { connectRun } from 'sluice/client';`, 5_120],
    // Of which the producer is 2,300.
    ['connections and the Runs API', `export { connectRun, createClient } from 'sluice/client';`, 7_800],
    ['what a run adds up to', `export { foldRun, emptyRun } from 'sluice/client';`, 1_500],
    ['every operator', `export * from 'sluice/operators';`, 9_500],
  ])('%s', async (_, statement, ceiling) => {
    const { bytes, imports } = await bundle(statement, ['rxjs', 'node:*']);
    expect(bytes).toBeLessThanOrEqual(ceiling);
    expect(imports.filter(name => name !== 'rxjs')).toEqual([]);
  });
});

describe('what a door loads', () => {
  it.each([
    ['sluice', ['rxjs', 'zod']],
    ['sluice/operators', ['rxjs']],
    ['sluice/http', ['rxjs', 'zod']],
    ['sluice/client', []],
    ['sluice/sinks', []],
    ['sluice/testing', ['rxjs', 'zod']],
  ])('%s needs no optional peer', async (door, packages) => {
    const { imports } = await bundle(`export * from '${door}';`, ['rxjs', 'zod', 'node:*']);
    const others = imports.filter(name => !name.startsWith('node:') && !packages.includes(name));
    expect(others).toEqual([]);
  });
});
