import { describe, expect, it } from '@jest/globals';
import { exportFormFindings, nameFindings, sizeFindings, suppressionFindings } from './file-findings.ts';
import { house, readSources } from './source-file.ts';
import { readTexts } from './text-file.ts';

const SOURCES = readSources();

describe('files', () => {
  it('are short, whatever they are written in', () => expect(sizeFindings(readTexts())).toEqual([]));
  it('are named for one concept', () => expect(nameFindings(SOURCES)).toEqual([]));
  it('export names, one by one', () => expect(exportFormFindings(SOURCES)).toEqual([]));
  it('give a reason for each suppression', () => expect(suppressionFindings(SOURCES)).toEqual([]));

  it('the size is read of code, specs, styles and scripts alike', () => {
    const kinds = new Set(readTexts().map(({ path }) => path.replace(/^([^/]+).*(\.\w+)$/, '$1 $2')));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'src .ts',
        'src .css',
        'src .html',
        'spec .ts',
        'bench .ts',
        'scripts .mjs',
        'examples .mjs',
      ]),
    );
  });

  it('a file of 401 lines is found, one of 400 is not', () => {
    const text = '\n'.repeat(399) + 'x';
    expect(sizeFindings([{ path: 'src/dashboard/long.css', text: `\n${text}\n` }])).toHaveLength(1);
    expect(sizeFindings([{ path: 'spec/long.spec.ts', text: `${text}\n` }])).toEqual([]);
  });

  it.each(['event/utils.ts', 'shared/a.ts', 'event/runEvent.ts'])('the name of %s is found', path =>
    expect(nameFindings(house({ [path]: '' }))).toHaveLength(1),
  );

  it.each([
    `export * from './b.ts';`,
    `export * as b from './b.ts';`,
    'export default 1;',
    'export default function a() {}',
    `export { b as default } from './b.ts';`,
  ])('%s is found', text => expect(exportFormFindings(house({ 'event/a.ts': text }))).toHaveLength(1));

  it.each([
    '// eslint-disable-next-line',
    '// @ts-expect-error',
    '// @ts-ignore because',
    '// eslint-disable x -- y',
  ])('%s is found', text => expect(suppressionFindings(house({ 'event/a.ts': text }))).toHaveLength(1));

  it('a suppression with a reason is not one', () => {
    const text = '// @ts-expect-error -- the types of Node 20 lack this overload';
    expect(suppressionFindings(house({ 'event/a.ts': text }))).toEqual([]);
  });
});
