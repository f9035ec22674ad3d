import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretForms } from '../../src/secrets/secret-forms.ts';

/**
 * Looks through every file below a folder for secrets in all of their encodings: "file: what was found", each once. One
 * file is written that holds one, so that a search which finds nothing is known to work. Throws if it does not.
 */
export function searchCanaries(dir: string, canaries: readonly string[], patternFile: string): string[] {
  writeFileSync(patternFile, canaries.flatMap(canary => secretForms(canary)).join('\n'));
  const control = join(dir, 'control.out');
  writeFileSync(control, `\0 before ${canaries[0]} and behind`);
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map(name => join(dir, name))
    .filter(path => statSync(path).isFile());
  const { stdout, stderr, status } = spawnSync('grep', ['-aoHFf', patternFile, '--', ...files], {
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const found = [...new Set(stdout.split('\n').filter(line => line !== ''))];
  const others = found.filter(line => !line.startsWith(`${control}:`));
  if (status !== 0 || others.length === found.length) throw new Error(`grep does not find: ${stderr}`);
  return others;
}
