import { createServer } from 'node:net';
import { asyncScheduler } from 'rxjs';
import { broken, good, notice, type Finding } from './finding.ts';

/** Versions of Node that the package runs on: `engines` in package.json says the same. */
const LEAST = [20, 19] as const;
/** When this was written: a clock that is behind it is wrong. */
const PAST = Date.parse('2026-01-01T00:00:00Z');

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return good('node', version);
  return broken(
    'node',
    `expected Node ${LEAST.join('.')} or later, got ${version}.`,
    'Install a newer Node.',
  );
}

export function checkPage(page: string | undefined): Finding {
  if (page !== undefined) return good('page', `${Math.round(page.length / 1_024)} KB`);
  return notice(
    'page',
    'it was not built, and GET / is a 404.',
    'Build it: npm run build, or install the package again.',
  );
}

/** Expiry of keys, tokens and runs goes by it. */
export function checkClock(now = asyncScheduler.now()): Finding {
  const shown = new Date(now).toISOString();
  if (now > PAST) return good('clock', shown);
  return broken(
    'clock',
    `it says ${shown}, which is over.`,
    'Set the clock of the machine, or run a time service.',
  );
}

/** Listens for a moment where the server would. */
export function checkPort(host: string, port: number): Promise<Finding> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', ({ code = 'error' }: NodeJS.ErrnoException) => resolve(taken(host, port, code)));
    server.listen(port, host, () =>
      server.close(() =>
        resolve(good('port', port === 0 ? `${host}, any free one` : `${host}:${port} is free`)),
      ),
    );
  });
}

function taken(host: string, port: number, code: string): Finding {
  if (code === 'EADDRINUSE')
    return broken(
      'port',
      `${host}:${port} is taken by another process.`,
      `Stop it, or choose another: --port ${port + 1}.`,
    );
  if (code === 'EACCES')
    return broken(
      'port',
      `${host}:${port} may not be listened on by this user.`,
      'Choose one from 1024 up: --port 8080.',
    );
  return broken(
    'port',
    `${host}:${port} cannot be listened on (${code}).`,
    'Choose an address of this machine: --host 0.0.0.0.',
  );
}
