// After `npm run build`: what an import of the built package costs a browser, bundled alone, minified and gzipped, without
// RxJS and React. spec/package/bundle.spec.ts holds the ceilings.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a bundler makes of one import: the gzipped bytes, and the packages that it would load besides. */
export async function importSize(statement, external) {
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
  return { bytes: gzipSync(outputFiles[0].contents).length, imports: [...new Set(imports)].sort() };
}

/** What is imported, and the bytes it may have. A ceiling is raised only together with what causes the growth. */
export const IMPORTS = [
  { statement: `import 'sluice';`, ceiling: 30 },
  { statement: `export { onlyEvents } from 'sluice/operators';`, ceiling: 720 },
  { statement: `export { redactSecrets } from 'sluice/operators';`, ceiling: 13_700 },
  { statement: `export * from 'sluice/operators';`, ceiling: 18_700 },
  { statement: `export { connectRun } from 'sluice/client';`, ceiling: 5_120 },
  { statement: `export { connectRun, createClient } from 'sluice/client';`, ceiling: 5_960 },
  { statement: `export { produceRun } from 'sluice/client';`, ceiling: 4_600 },
  { statement: `export { foldRun, emptyRun } from 'sluice/client';`, ceiling: 1_850 },
  { statement: `export * from 'sluice/client';`, ceiling: 9_600 },
  { statement: `export { useRun } from 'sluice/react';`, ceiling: 9_800 },
  { statement: `export * from 'sluice/react';`, ceiling: 10_600 },
];
/** What a browser has, or loads once for everything. */
export const EXTERNAL = ['rxjs', 'react', 'node:*'];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { statement } of IMPORTS) {
    const { bytes } = await importSize(statement, EXTERNAL);
    console.log(`${bytes}`.padStart(6), statement);
  }
}
