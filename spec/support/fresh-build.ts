import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Jest's global set-up for specs that look at `dist`: what they see is what `src` says now. */
export default function freshBuild(): void {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['scripts/build.mjs', '--if-stale'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
