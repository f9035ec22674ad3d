import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable'];

/** A headless browser of this machine: the one of `CHROME_PATH`, or else the first on the path. Close it. */
export function launchChrome(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromePath(),
    // Root has no sandbox, and a container's /dev/shm is too small for a page.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

function chromePath(): string {
  const folders = (process.env.PATH ?? '').split(':');
  const onPath = NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(path =>
    existsSync(path),
  );
  const path = process.env.CHROME_PATH ?? onPath;
  if (path === undefined)
    throw new Error('No Chromium found. Run `node scripts/install-missing.mjs --tools`.');
  return path;
}
