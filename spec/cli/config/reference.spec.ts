import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configKeys, type ConfigKey } from '../../../src/cli/config/config-keys.ts';
import { labCommand } from '../command-lab.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/reference/configuration.md'), 'utf8');

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
const cells = ({ key, about, default: otherwise, flag, env }: ConfigKey): string[] => [
  ...[code(key), about, otherwise, code(flag), code(env)],
];

describe('the reference of settings', () => {
  it('has every setting as it is, in the order of the schema, and no other', () => {
    const rows = DOCUMENT.split('\n')
      .filter(line => line.startsWith('| `'))
      .map(line =>
        line
          .split('|')
          .slice(1, -1)
          .map(cell => cell.trim()),
      )
      .filter(row => row.length === 5);
    expect(rows).toEqual(configKeys().map(cells));
  });

  it('names flags that there are', async () => {
    const help = labCommand(['serve', '--help']);
    await help.ended;
    const flags = configKeys().flatMap(({ flag }) => (flag === '' ? [] : [flag]));
    expect(flags.length).toBeGreaterThan(5);
    for (const flag of flags) expect(help.said.out).toContain(`${flag} `);
  });
});
