import type { RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { element, setText } from './element.ts';
import { labelChips, nameOf } from './run-rows.ts';
import { problemOf, server } from './server.ts';
import { counted, lengthOf, STATUS_WORDS, timeOfDay } from './words.ts';

/** Whose run, how far, since when; and the button that stops it. */
export class RunHead {
  readonly #name = element('h1', {}, ' ');
  readonly #badge = element('p', { class: 'badge', role: 'status' });
  readonly #since = element('span');
  readonly #length = element('span');
  readonly #count = element('span');
  readonly #phase = element('span');
  readonly #listed = element('span', { class: 'labels' });
  readonly #cancel = element('button', { class: 'cancel', type: 'button', hidden: true }, 'Cancel run');
  readonly #problem = element('p', { class: 'problem', role: 'alert' });
  readonly #filled = element('div', { class: 'filled' });
  readonly #bar = element(
    'div',
    {
      class: 'bar-track',
      role: 'progressbar',
      'aria-label': 'Progress',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    },
    this.#filled,
  );
  readonly #doing = element('span');
  readonly #percent = element('span', { class: 'percent' });
  readonly #progress = element(
    'div',
    { class: 'progress', hidden: true },
    this.#bar,
    element('p', {}, this.#doing, this.#percent),
  );
  readonly element: HTMLElement;
  #isCancelling = false;
  #isListed = false;

  constructor(runId: string) {
    this.element = element(
      'header',
      { class: 'head' },
      element('a', { class: 'back', href: '#' }, '← All runs'),
      element('div', { class: 'title' }, this.#name, this.#badge, this.#cancel),
      element(
        'p',
        { class: 'facts' },
        element('code', {}, runId),
        ...[this.#since, this.#length, this.#count, this.#phase, this.#listed],
      ),
      this.#problem,
      this.#progress,
    );
    this.#cancel.addEventListener('click', () => void this.#stop(runId));
  }

  draw(
    state: RunState,
    { listed, now }: { readonly listed: RunView | undefined; readonly now: number },
  ): void {
    const { agent, status, startedAt, endedAt, seen, missed, progress, isGone, phase } = state;
    setText(this.#name, agent ?? (listed ? nameOf(listed) : 'Run'));
    setText(this.#badge, STATUS_WORDS[isGone ? 'gone' : status]);
    setText(this.#since, startedAt === undefined ? '' : `started ${timeOfDay(startedAt)}`);
    const until = endedAt === undefined ? now : Date.parse(endedAt);
    const isTimed = startedAt !== undefined && !(isGone && endedAt === undefined);
    setText(this.#length, isTimed ? lengthOf(until - Date.parse(startedAt)) : '');
    setText(this.#count, seen === 0 ? '' : counted(seen + missed, 'event'));
    setText(this.#phase, phase ?? '');
    this.#drawListed(listed);
    const isLive = !isGone && state.end === undefined && (seen > 0 || listed !== undefined);
    this.#cancel.hidden = !isLive;
    setText(this.#cancel, this.#isCancelling ? 'Cancelling…' : 'Cancel run');
    this.#cancel.disabled = this.#isCancelling;
    this.#progress.hidden = progress === undefined;
    if (progress) this.#drawProgress(progress);
  }

  /** Labels, thread and parent are set when a run is made, and stay. */
  #drawListed(listed: RunView | undefined): void {
    if (this.#isListed || !listed) return;
    this.#isListed = true;
    const { threadId, parentId } = listed;
    this.#listed.append(...labelChips(listed));
    if (threadId !== undefined) this.#listed.append(element('span', {}, `thread ${threadId}`));
    if (parentId === undefined) return;
    this.#listed.append(element('a', { href: `#run=${encodeURIComponent(parentId)}` }, 'parent run'));
  }

  #drawProgress({ fraction, message, step, current, total }: NonNullable<RunState['progress']>): void {
    const percent = Math.round(fraction * 100);
    this.#filled.style.setProperty('transform', `scaleX(${fraction})`);
    this.#bar.setAttribute('aria-valuenow', String(percent));
    const parts = current !== undefined && total !== undefined ? ` · ${current} of ${total}` : '';
    setText(this.#doing, `${message ?? step ?? ''}${parts}`);
    setText(this.#percent, `${percent} %`);
  }

  async #stop(runId: string): Promise<void> {
    this.#setCancelling(true);
    try {
      await server.cancel(runId, { reason: 'cancelled on the page' });
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = problemOf(error);
      this.#setCancelling(false);
    }
  }

  #setCancelling(isCancelling: boolean): void {
    this.#isCancelling = isCancelling;
    this.#cancel.disabled = isCancelling;
    setText(this.#cancel, isCancelling ? 'Cancelling…' : 'Cancel run');
  }
}
