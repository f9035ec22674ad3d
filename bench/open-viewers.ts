import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Asked, Told } from './viewers-protocol.ts';

/** The process of viewers; one question at a time. */
export interface Viewers {
  ask(asked: Asked): Promise<number>;
}

const VIEWERS = fileURLToPath(new URL('./viewers.mjs', import.meta.url));

/** Ends with the process that opened it. */
export function openViewers(): Viewers {
  const child = fork(VIEWERS, { execArgv: [] });
  process.on('exit', () => child.kill());
  return {
    ask: asked =>
      new Promise((resolve, reject) => {
        child.once('exit', () => reject(new Error('the viewers crashed')));
        child.once('message', told => {
          child.removeAllListeners('exit');
          resolve((told as Told).value);
        });
        child.send(asked);
      }),
  };
}
