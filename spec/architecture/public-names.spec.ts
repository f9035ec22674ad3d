import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as rxjs from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import { DOORS, docFindings, operatorTagFindings, rxjsNameFindings } from './public-findings.ts';
import { house, readSources } from './source-file.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = readSources();

// A policy stands in a list of policies, where no operator can; there the short word is worth the clash.
const TAKEN = new Set(Object.keys(rxjs).filter(name => name !== 'retry'));

/** Doors whose folder is not named like them. */
const ELSEWHERE: Readonly<Record<string, string>> = { './react': 'client/react' };

const TAGS = ['@marbles', '@temperature', '@timing', '@ordering', '@completes', '@errors', '@memory'];
const operator = (tags: readonly string[]) =>
  `/**\n * Keeps all.\n${tags.map(tag => ` * ${tag} text\n`).join('')} */
  export function keep(): OperatorFunction<number, number> { return source => source; }`;

describe('public names', () => {
  it('say what they do', () => expect(docFindings(SOURCES)).toEqual([]));
  it('answer every question about an operator', () => expect(operatorTagFindings(SOURCES)).toEqual([]));
  it('are not those of RxJS', () => expect(rxjsNameFindings(SOURCES, TAKEN)).toEqual([]));

  it('are behind the doors that the package opens', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: object };
    const opened = Object.keys(exports)
      .filter(door => door !== './package.json')
      .map(door => (door === '.' ? 'index.ts' : `${ELSEWHERE[door] ?? door.slice(2)}/index.ts`));
    expect(opened).toEqual(DOORS);
  });

  it('a missing comment is found, also behind a re-export', () => {
    const files = house({
      'index.ts': `export { a, type B } from './event/a.ts';\n/** Said. */\nexport const c = 1;`,
      'event/a.ts': `export function a() {}\nexport interface B {}\nexport const inner = 1;`,
    });
    expect(docFindings(files)).toEqual([
      'event/a.ts:1: the public a has no doc comment.',
      'event/a.ts:2: the public B has no doc comment.',
    ]);
  });

  it.each(TAGS)('an operator without %s is found', tag => {
    const files = house({
      'operators/index.ts': `export { keep } from './keep.ts';`,
      'operators/keep.ts': operator(TAGS.filter(other => other !== tag)),
    });
    expect(operatorTagFindings(files)).toEqual([`operators/keep.ts:10: the operator keep lacks ${tag}.`]);
  });

  it('an operator with all tags is not found, nor a function that is none', () => {
    const files = house({
      'operators/index.ts': `export { keep } from './keep.ts';\nexport { isNotice } from './is-notice.ts';`,
      'operators/keep.ts': operator(TAGS),
      'operators/is-notice.ts': `export function isNotice(item: object): boolean { return true; }`,
    });
    expect(operatorTagFindings(files)).toEqual([]);
  });

  it('a name of RxJS is found, also under a new name', () => {
    const files = house({ 'run/a.ts': `export const window = 1;\nconst a = 1;\nexport { a as buffer };` });
    expect(rxjsNameFindings(files, TAKEN)).toHaveLength(2);
  });
});
