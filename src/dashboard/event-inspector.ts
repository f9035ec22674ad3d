import { isNotice, type Notice, type RunEvent } from '../client/index.ts';
import { copyButton } from './copy-button.ts';
import { element, setText } from './element.ts';
import { addressOf } from './server.ts';

const LONGEST = 200_000;

/** One event in full, as it is on the wire, with ways to take it elsewhere. */
export class EventInspector {
  readonly #title = element('h3');
  readonly #body = element('pre', { tabindex: 0, 'aria-label': 'Envelope' });
  readonly element = element(
    'section',
    { class: 'inspector', hidden: true, 'aria-label': 'Event' },
    element(
      'div',
      { class: 'row' },
      this.#title,
      copyButton('Copy JSON', () => JSON.stringify(this.#item, undefined, 2)),
      copyButton('Copy curl from here', () => this.#curl()),
    ),
    this.#body,
  );
  readonly #runId: string;
  #item: RunEvent | Notice | undefined;

  constructor(runId: string) {
    this.#runId = runId;
  }

  show(item: RunEvent | Notice): void {
    if (this.#item === item) return;
    this.#item = item;
    this.element.hidden = false;
    setText(this.#title, isNotice(item) ? item.notice : `${item.seq} ${item.type}`);
    setText(this.#body, JSON.stringify(item, undefined, 2).slice(0, LONGEST));
  }

  #curl(): string {
    const item = this.#item;
    const cursor = item && 'id' in item ? item.id : item && 'cursor' in item ? item.cursor : undefined;
    return curlOf(this.#runId, cursor);
  }
}

/** The command that reads a run, from behind a cursor if there is one. */
export function curlOf(runId: string, cursor?: string): string {
  const address = addressOf(`runs/${encodeURIComponent(runId)}/events`);
  return `curl -N '${address}'${cursor === undefined ? '' : ` -H 'last-event-id: ${cursor}'`}`;
}
