import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** Runs the program of `npm run chaos`; its exit code and all that it said. */
function chaos(...words: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'spec/chaos/chaos.mjs'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise(resolve => child.on('close', code => resolve({ code, said })));
}

describe('while processes are killed, and what lies between them fails', () => {
  it('every reader is told the truth, and of what is secret nothing', async () => {
    const { code, said } = await chaos('--seconds', '25');
    expect(said).toContain('0 anomalies, 0 left behind, 0 secrets shown');
    expect(code).toBe(0);
  }, 300_000);
});
