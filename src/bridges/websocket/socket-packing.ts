import { shownLine } from '../../event/codec.ts';
import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { Packing } from '../run-feed-group.ts';
import { costOf, SocketBytes, type SocketMessage } from './socket-bytes.ts';

/** Items as messages of one subscription; stored lines are spliced, never parsed. */
export class SocketPacking implements Packing<SocketBytes> {
  readonly #id: string;

  /** `id`: of the subscription, in letters that JSON does not escape. */
  constructor(id: string) {
    this.#id = id;
  }

  pack(items: readonly (Entry | Notice)[]): ReturnType<Packing<SocketBytes>['pack']> {
    if (items.length === 0) return { bytes: undefined, lastId: undefined };
    const messages = items.map(item => this.#message(item));
    return { bytes: new SocketBytes(messages), lastId: messages.findLast(({ cursor }) => cursor)?.cursor };
  }

  heartbeat(cursor: string | undefined): SocketBytes {
    return new SocketBytes([{ text: JSON.stringify({ type: 'cursor', id: this.#id, cursor }), cost: 0 }]);
  }

  #message(item: Entry | Notice): SocketMessage {
    if (isNotice(item)) {
      return { text: `{"type":"notice","id":"${this.#id}","notice":${JSON.stringify(item)}}`, cost: 1 };
    }
    const { line, cursor } = item;
    const cost = costOf(line.length);
    const said = cost === 1 ? '' : `"cost":${cost},`;
    const text = `{"type":"event","id":"${this.#id}",${said}"event":{"id":"${cursor}",${shownLine(line).slice(1)}}`;
    return { text, cost, cursor };
  }
}
