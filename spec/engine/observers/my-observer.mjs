// What a user would write, and what a user would not.
import { BroadcastChannel } from 'node:worker_threads';

let channel;

export async function observe(event, { notes }) {
  channel ??= new BroadcastChannel(notes);
  if (event.type === 'custom:crash') process.exit(3);
  if (event.type === 'custom:throw') throw new RangeError('the module threw');
  if (event.type === 'custom:hang') for (;;);
  await Promise.resolve();
  channel.postMessage(event.seq);
}

export function close() {
  channel?.postMessage('close');
}
