import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { Teller } from '../teller.ts';
import type { AgUiEvent } from './ag-ui-event.ts';
import { AgUiMapper } from './ag-ui-mapper.ts';
import type { AgUiRunOptions } from './ag-ui-stream.ts';

/** One run for one client of AG-UI: frames of data alone, and the place behind each as `id:`, which AG-UI passes over. */
export class AgUiTeller implements Teller {
  readonly #mapper: AgUiMapper;

  constructor(options: AgUiRunOptions) {
    this.#mapper = new AgUiMapper(options);
  }

  get question(): string | undefined {
    return this.#mapper.question;
  }

  tell(item: Entry | Notice): string {
    return framesOf(this.#mapper.next(isNotice(item) ? item : item.event));
  }

  know(item: Entry | Notice): void {
    this.#mapper.next(isNotice(item) ? item : item.event);
  }

  rejoin(part: number): string {
    return framesOf(this.#mapper.rejoin(part));
  }
}

function framesOf(events: readonly AgUiEvent[]): string {
  let text = '';
  for (const event of events) {
    const cursor = event.metadata?.sluice.cursor;
    text += `data: ${JSON.stringify(event)}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
  }
  return text;
}
