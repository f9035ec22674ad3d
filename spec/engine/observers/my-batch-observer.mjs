import { BroadcastChannel } from 'node:worker_threads';

let channel;

export function batch(events, { notes }) {
  channel ??= new BroadcastChannel(notes);
  channel.postMessage(events.map(({ seq }) => seq));
}
