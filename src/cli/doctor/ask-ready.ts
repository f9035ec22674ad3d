import { brokenBy, broken, good, type Finding } from './finding.ts';

/** Asks a server that runs whether it is ready: for a container, which has no other program to ask with. Never rejects. */
export async function askReady(address: string): Promise<Finding> {
  const url = `${address.replace(/\/+$/, '').replace(/\/readyz$/, '')}/readyz`;
  try {
    const answer = await fetch(url, { redirect: 'error' });
    await answer.body?.cancel();
    if (answer.ok) return good('ready', `${answer.status}`);
    return broken(
      'ready',
      `the server answered ${answer.status}.`,
      'It says why: open /readyz, and look at its log.',
    );
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    return brokenBy(
      'ready',
      cause ?? error,
      'Start it: sluice serve. Or give its address: --ready http://HOST:PORT',
    );
  }
}
