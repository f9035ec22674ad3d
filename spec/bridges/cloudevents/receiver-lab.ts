import { afterEach } from '@jest/globals';
import { receiver, type Answer, type Receiver } from './receiver.ts';

/** Receivers for the specs of a file, each closed behind the one that opened it. */
export function receiverLab(): (answer?: Answer) => Promise<Receiver> {
  const open: Receiver[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  return async answer => {
    const one = await receiver(answer);
    open.push(one);
    return one;
  };
}
