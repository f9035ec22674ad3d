import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Asked, Told } from './viewers-protocol.ts';

/** The process of viewers; one question at a time. */
export interface Viewers<Question extends object = Asked> {
  ask(asked: Question): Promise<number>;
}

/** Ends with the process that opened it. `program`: which kind of viewers. */
export function openViewers<Question extends object = Asked>(
  program: 'viewers' | 'socket-viewers' = 'viewers',
): Viewers<Question> {
  const file = fileURLToPath(new URL(`./${program}.mjs`, import.meta.url));
  const child = fork(file, { execArgv: [] });
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
