import { objectOf, timeOf, type LogTeller } from './log-teller.ts';
import { piMessage } from './pi-message.ts';
import { piStream } from './pi-stream.ts';
import type { Dialect } from './record-reader.ts';
import { SnapshotTexts } from './snapshot-texts.ts';

const RECORD = new Set(['type', 'timestamp', 'message']);

/** Sessions of pi, `~/.pi/agent/sessions`, and what `pi --mode json` prints. */
export function piLog(teller: LogTeller): Dialect {
  const stream = piStream(teller);
  const texts = new SnapshotTexts();
  let messages = 0;
  return {
    read(record) {
      const message = objectOf(record['message']);
      teller.begin(record, timeOf(record['timestamp'] ?? message['timestamp']));
      if (record['type'] !== 'message') {
        if (!stream(record)) teller.unknown(record['type']);
        return;
      }
      messages++;
      if (piMessage(teller, message, { id: `message-${messages}`, texts })) teller.keep(record, RECORD);
      else teller.unknown('message');
      texts.clear();
    },
  };
}
