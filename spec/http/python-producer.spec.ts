import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { serveHttp } from '../../src/http/serve-http.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/external-runs.md');
const [, program] = /<!-- python -->\s*```python\n([\s\S]*?)```/.exec(readFileSync(GUIDE, 'utf8')) ?? [];
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('the producer in Python of the guide', () => {
  (hasPython ? it : it.skip)('writes a run', async () => {
    const engine = createEngine();
    const server = await serveHttp({ engine, port: 0 });
    const env = { ...process.env, SLUICE_URL: server.url };
    const { stdout } = await promisify(execFile)('python3', ['-c', program!], { env });
    const { items } = await engine.events.search(stdout.trim());
    expect(items.map(item => ('type' in item ? item.type : item.notice))).toEqual([
      ...['started', 'token', 'token', 'token', 'complete'],
    ]);
    await engine.close({ whenEnded: () => server.close() });
  });
});
