import { element, setText } from './element.ts';
import type { RunState } from './run-state.ts';
import { send } from './send.ts';
import { lengthOf, STATUS_WORDS, timeOfDay } from './words.ts';

/** Whose run, how far, since when; and the button that stops it. */
export class RunHead {
  readonly #name = element('h1', {}, ' ');
  readonly #badge = element('p', { class: 'badge', role: 'status' });
  readonly #since = element('span');
  readonly #length = element('span');
  readonly #count = element('span');
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

  constructor(runId: string) {
    this.element = element(
      'header',
      { class: 'head' },
      element('a', { class: 'back', href: '#' }, '← All runs'),
      element('div', { class: 'title' }, this.#name, this.#badge, this.#cancel),
      element('p', { class: 'facts' }, element('code', {}, runId), this.#since, this.#length, this.#count),
      this.#problem,
      this.#progress,
    );
    this.#cancel.addEventListener('click', () => void this.#stop(runId));
  }

  draw(
    state: RunState,
    {
      agent,
      isGone,
      now,
    }: { readonly agent: string | undefined; readonly isGone: boolean; readonly now: number },
  ): void {
    const { status, startedAt, endedAt, seen, missed, progress } = state;
    setText(this.#name, state.agent ?? agent ?? 'Run');
    setText(this.#badge, STATUS_WORDS[isGone ? 'gone' : status]);
    setText(this.#since, startedAt === undefined ? '' : `started ${timeOfDay(startedAt)}`);
    const until = endedAt === undefined ? now : Date.parse(endedAt);
    const isTimed = startedAt !== undefined && !(isGone && endedAt === undefined);
    setText(this.#length, isTimed ? lengthOf(until - Date.parse(startedAt)) : '');
    setText(this.#count, seen === 0 ? '' : `${(seen + missed).toLocaleString('en')} events`);
    const isLive = !isGone && state.end === undefined && seen > 0;
    this.#cancel.hidden = !isLive;
    setText(this.#cancel, this.#isCancelling ? 'Cancelling…' : 'Cancel run');
    this.#cancel.disabled = this.#isCancelling;
    this.#progress.hidden = progress === undefined;
    if (progress) this.#drawProgress(progress);
  }

  #drawProgress({ fraction, message, step, current, total }: NonNullable<RunState['progress']>): void {
    const percent = Math.round(fraction * 100);
    this.#filled.style.setProperty('transform', `scaleX(${fraction})`);
    this.#bar.setAttribute('aria-valuenow', String(percent));
    const counted = current !== undefined && total !== undefined ? ` · ${current} of ${total}` : '';
    setText(this.#doing, `${message ?? step ?? ''}${counted}`);
    setText(this.#percent, `${percent} %`);
  }

  async #stop(runId: string): Promise<void> {
    this.#isCancelling = true;
    this.#cancel.disabled = true;
    setText(this.#cancel, 'Cancelling…');
    const answer = await send(`runs/${encodeURIComponent(runId)}/cancel`, {
      reason: 'cancelled on the page',
    });
    this.#isCancelling = !('problem' in answer);
    this.#problem.textContent = 'problem' in answer ? answer.problem : '';
    this.#cancel.disabled = this.#isCancelling;
  }
}
