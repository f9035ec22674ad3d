import type { Notice, RunState } from '../client/index.ts';
import { element } from './element.ts';
import { noticeText } from './log-row.ts';

const MOST = 3;
const GONE =
  'This run is gone: it expired, was erased, or the server was restarted, which keeps runs in memory alone.';

/** What the server had to tell about the stream itself, the newest at the end. */
export class RunNotices {
  readonly element = element('div', { class: 'notices', role: 'status' });
  readonly #degraded = element('p', { class: 'notice', hidden: true });

  constructor() {
    this.element.append(this.#degraded);
  }

  /** Tells what a run that is joined in the middle has told before. */
  join({ gaps, isGone, runId = '' }: RunState): void {
    for (const gap of gaps.slice(-MOST)) this.take({ notice: 'gap', runId, cursor: '', ...gap });
    if (isGone) this.say(GONE, true);
  }

  take(notice: Notice): void {
    if (notice.notice === 'degraded') {
      this.#degraded.textContent = noticeText(notice);
      return;
    }
    const isGone = notice.notice === 'reset' && notice.reason === 'gone';
    this.say(isGone ? GONE : noticeText(notice), isGone);
  }

  say(text: string, isEnd: boolean): void {
    this.element.append(element('p', { class: isEnd ? 'notice gone' : 'notice' }, text));
    if (this.element.childElementCount > MOST + 1) this.element.children[1]!.remove();
  }

  draw({ degradedSince }: RunState): void {
    this.#degraded.hidden = degradedSince === undefined;
  }
}
