import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAgents } from '../../src/cli/load-agents.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-agents-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string) {
  const path = join(folder, `agents-${files++}.mjs`);
  writeFileSync(path, text);
  return loadAgents(path);
}

const A = `{ name: 'a', run() {} }`;
const B = `{ name: 'b', run() {} }`;

describe('agents of a module', () => {
  it.each([
    ['named exports', `export const a = ${A}; export const b = ${B};`],
    ['the array agents', `export const agents = [${A}, ${B}];`],
    ['an array as default', `export default [${A}, ${B}];`],
    [
      'both, of the same agents',
      `export const a = ${A}; const b = ${B}; export { b }; export default [a, b];`,
    ],
    [
      'agents among other things',
      `export const a = ${A}, b = ${B}, version = 1, list = [1], f = () => 1, no = null;`,
    ],
  ])('are %s', async (_, text) => {
    expect((await load(text)).map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });

  it('is one agent as default', async () => {
    expect(await load(`export default ${A};`)).toHaveLength(1);
  });

  it.each([
    ['exports none', 'export const version = 1;', 'got none. For example: export const hello'],
    [
      'has something else in the list',
      'export const agents = [1];',
      'agents[0]: expected an agent made with defineAgent',
    ],
    ['has a name that cannot be', `export const a = { name: '1 2', run() {} };`, 'a: agent: name: expected'],
    ['has no work', `export const a = { name: 'a', run: 1 };`, 'a: agent a: run: expected a function'],
    ['throws', `throw new Error('no key');`, 'no key'],
    ['is not JavaScript', 'export const = ;', 'it could not be imported'],
  ])('are refused where a module %s', async (_, text, message) => {
    await expect(load(text)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining(message),
    });
  });
});
