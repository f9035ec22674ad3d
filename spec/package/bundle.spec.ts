import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EXTERNAL, importSize, IMPORTS } from '../../scripts/import-sizes.mjs';

describe('what an import costs a browser, gzipped and without RxJS and React', () => {
  it.each(IMPORTS)('$statement', async ({ statement, ceiling }) => {
    const { bytes, imports } = await importSize(statement, EXTERNAL);
    expect(bytes).toBeLessThanOrEqual(ceiling);
    expect(imports.filter(name => !EXTERNAL.includes(name))).toEqual([]);
  });
});

describe('what a door loads', () => {
  it.each([
    ['sluice', ['rxjs', 'zod']],
    ['sluice/operators', ['rxjs']],
    ['sluice/http', ['rxjs', 'zod']],
    ['sluice/client', []],
    ['sluice/react', ['react']],
    ['sluice/sinks', []],
    ['sluice/dashboard', []],
    ['sluice/testing', ['rxjs', 'zod']],
  ])('%s needs no optional peer', async (door, packages) => {
    const { imports } = await importSize(`export * from '${door}';`, [...EXTERNAL, 'zod']);
    const others = imports.filter(name => !name.startsWith('node:') && !packages.includes(name));
    expect(others).toEqual([]);
  });
});

it.each(['react.js', 'react.cjs'])('%s tells servers that render that it belongs to the browser', name => {
  const text = readFileSync(join(import.meta.dirname, '../../dist', name), 'utf8');
  expect(text).toMatch(/^["']use client["'];/);
});
