import { createHash } from 'node:crypto';
import type { HistoryFile } from './history.ts';

/** What readers are given, in process and over HTTP. */
interface Item {
  readonly notice?: string;
  readonly reason?: string;
  readonly from?: number;
  readonly to?: number;
  readonly cursor?: string;
  readonly id?: string;
  readonly type?: string;
  readonly source?: string;
  readonly data?: unknown;
  readonly final?: boolean;
}

/** Notes what a reader was given, and where it stands behind it: a cursor, `start`, or nothing where it did not move. */
export function noteItem(
  history: Pick<HistoryFile, 'note'>,
  { run, reader }: { readonly run: string; readonly reader: string },
  given: object,
): string | undefined {
  const item: Item = given;
  if (item.notice !== undefined) {
    const { notice, reason, from, to, cursor } = item;
    const place = { ...(reason && { reason }), ...(from && { from }), ...(to && { to }) };
    history.note({ kind: 'notice', run, reader, notice, ...place });
    return notice === 'reset' ? 'start' : cursor;
  }
  const { id = '', type = '', source, final, data } = item;
  const mark = type === 'custom:mark' ? (data as { mark: string }).mark : undefined;
  history.note({
    ...{ kind: 'read', run, reader, id, type, sum: sumOf(given) },
    ...(mark !== undefined && { mark }),
    ...(source !== undefined && { source }),
    ...(final && { final }),
  });
  return id;
}

/** A digest of an event that does not depend on the order of the members of its envelope. */
function sumOf(event: object): string {
  const members = Object.entries(event).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha1').update(JSON.stringify(members)).digest('base64url').slice(0, 12);
}
