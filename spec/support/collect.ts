import type { Observable } from 'rxjs';
import { isNotice, type Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { RunItem } from '../../src/run/window.ts';

/** What a subscriber was told, as it was told. */
export class Collected {
  readonly items: RunItem[] = [];
  completed = false;
  error: unknown;

  get events(): RunEvent[] {
    return this.items.filter((item): item is RunEvent => !isNotice(item));
  }

  get notices(): Notice[] {
    return this.items.filter(isNotice);
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq);
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  get ended(): boolean {
    return this.completed || this.error !== undefined;
  }
}

/** Subscribes and notes everything; `each` is called inside the callback. */
export function collect(
  source: Observable<unknown>,
  each?: (item: RunItem, collected: Collected) => void,
): Collected {
  const collected = new Collected();
  source.subscribe({
    next: value => {
      const item = value as RunItem;
      collected.items.push(item);
      each?.(item, collected);
    },
    error: (error: unknown) => (collected.error = error),
    complete: () => (collected.completed = true),
  });
  return collected;
}

/**
 * What G1 to G4 promise of one reader: seq by seq, or a gap that names exactly what is missing; nothing twice; the
 * final event once, last, and then completion. Says what is wrong, or nothing.
 */
export function broken(collected: Collected, after = 0): string | undefined {
  let expected = after + 1;
  let isOver = false;
  for (const item of collected.items) {
    if (isOver) return `something follows the end: ${JSON.stringify(item)}`;
    if (isNotice(item)) {
      if (item.notice === 'reset') {
        if (item.reason === 'gone') isOver = true;
        else expected = 1;
      } else if (item.notice === 'gap') {
        if (item.from !== expected) return `gap from ${item.from}, expected ${expected}`;
        if (item.to < item.from) return `gap ${item.from}..${item.to}`;
        if (Number(item.cursor.split('.')[1]) !== item.to) return `gap to ${item.to} with ${item.cursor}`;
        expected = item.to + 1;
      }
      continue;
    }
    if (item.seq !== expected) return `seq ${item.seq}, expected ${expected}`;
    expected++;
    isOver = item.final === true;
  }
  if (!isOver) return 'no end';
  if (!collected.completed) return 'no completion';
  return undefined;
}
