import { soon } from '../time/soon.ts';

/** Lets everything happen that needs no clock: all microtasks, and what they lead to. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>(resolve => soon(resolve));
}
