import { isNotice, type Notice, type RunEvent } from '../client/index.ts';
import { copyButton } from './copy-button.ts';
import { element, setText } from './element.ts';
import { addressOfPlace } from './place.ts';
import { addressOf } from './server.ts';
import { clockTime } from './words.ts';

const LONGEST = 200_000;

/** One event in full, as it is on the wire, with ways to take it elsewhere. */
export class EventInspector {
  readonly #title = element('h3');
  readonly #cursor = element('code', { class: 'cursor' });
  readonly #facts = element('p', { class: 'quiet' });
  readonly #body = element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Envelope' });
  readonly element: HTMLElement;
  readonly #runId: string;
  #item: RunEvent | Notice | undefined;

  constructor(runId: string) {
    this.#runId = runId;
    const link = copyButton('Copy link', () => this.#link());
    this.element = element(
      'section',
      { class: 'inspector', hidden: true, 'aria-label': 'Event' },
      this.#title,
      this.#facts,
      element('p', { class: 'quiet' }, 'Cursor ', this.#cursor),
      element(
        'div',
        { class: 'row' },
        copyButton('Copy cursor', () => cursorOf(this.#item) ?? ''),
        link,
        copyButton('Copy JSON', () => JSON.stringify(this.#item, undefined, 2)),
        copyButton('Copy curl from here', () => curlOf(this.#runId, cursorOf(this.#item))),
      ),
      this.#body,
    );
  }

  show(item: RunEvent | Notice): void {
    if (this.#item === item) return;
    this.#item = item;
    this.element.hidden = false;
    setText(this.#title, isNotice(item) ? item.notice : `${item.seq} ${item.type}`);
    setText(this.#facts, isNotice(item) ? '' : factsOf(item));
    setText(this.#cursor, cursorOf(item) ?? 'none');
    setText(this.#body, JSON.stringify(item, undefined, 2).slice(0, LONGEST));
  }

  #link(): string {
    const item = this.#item;
    const seq = item === undefined || isNotice(item) ? 1 : item.seq;
    return addressOf(addressOfPlace(this.#runId, seq));
  }
}

function factsOf({ time, node, source, cause }: RunEvent): string {
  const parts = [
    clockTime(time),
    node && `in ${node}`,
    source && `by ${source}`,
    cause && `because of ${cause}`,
  ];
  return parts.filter(part => part !== undefined).join(' · ');
}

function cursorOf(item: RunEvent | Notice | undefined): string | undefined {
  if (item === undefined) return undefined;
  if (!isNotice(item)) return item.id;
  return item.notice === 'gap' ? item.cursor : undefined;
}

/** The command that reads a run, from behind a cursor if there is one. */
export function curlOf(runId: string, cursor?: string): string {
  const address = addressOf(`runs/${encodeURIComponent(runId)}/events`);
  return `curl -N '${address}'${cursor === undefined ? '' : ` -H 'last-event-id: ${cursor}'`}`;
}
