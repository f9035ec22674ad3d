import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { from, toArray } from 'rxjs';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { numberTokens } from './number-tokens.ts';

describe('numberTokens', () => {
  const passing = [{ type: 'step' }, { type: 'progress' }, { notice: 'degraded' }];
  for (const law of operatorLaws) {
    it(law.name, () => law.check({ make: () => numberTokens(), passing }));
  }
});

describe('docs/guides/writing-an-operator.md', () => {
  const root = join(import.meta.dirname, '../..');
  const guide = readFileSync(join(root, 'docs/guides/writing-an-operator.md'), 'utf8');
  const blocks = [...guide.matchAll(/<!-- (\S+) -->\n\n```ts\n(.*?)```/gs)].map(([, file, code]) => [
    file!,
    code!,
  ]);

  it.each(blocks)('shows what %s says', (file, code) => {
    const imported = code
      .replace("'sluice/operators'", "'../../src/operators/index.ts'")
      .replace("'sluice/testing'", "'../../src/testing/operator-laws.ts'");
    const [imports, rest] = split(imported);
    const source = readFileSync(join(root, file), 'utf8');
    expect(source).toContain(rest);
    for (const line of imports)
      expect(source).toContain(line.replace('{ describe, it }', '{ describe, expect, it }'));
  });

  it('is about an operator that works', () => {
    const seen: object[] = [];
    from([{ type: 'token' }, { type: 'step' }, { type: 'token' }])
      .pipe(numberTokens<object>(), toArray())
      .subscribe(all => seen.push(...all));
    expect(seen).toEqual([
      { type: 'token', metadata: { n: 1 } },
      { type: 'step' },
      { type: 'token', metadata: { n: 2 } },
    ]);
    expect(blocks).toHaveLength(2);
  });
});

function split(code: string): [imports: string[], rest: string] {
  const lines = code.split('\n');
  const imports = lines.filter(line => line.startsWith('import '));
  return [
    imports,
    lines
      .filter(line => !line.startsWith('import '))
      .join('\n')
      .trim(),
  ];
}
