import type { RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { CancelDialog } from './cancel-dialog.ts';
import { element, setText } from './element.ts';
import { nameOf } from './run-name.ts';
import { labelChips } from './run-rows.ts';
import { counted, lengthOf, STATUS_WORDS, timeAndDay } from './words.ts';

/** Whose run, how far, since when; and the buttons that stop and replay it. */
export class RunHead {
  readonly #name = element('h1', {}, ' ');
  readonly #badge = element('p', { class: 'badge', role: 'status' });
  readonly #since = element('span');
  readonly #length = element('span');
  readonly #count = element('span');
  readonly #phase = element('span');
  readonly #listed = element('span', { class: 'labels' });
  readonly #cancel = element('button', { class: 'cancel', type: 'button', hidden: true }, 'Cancel run');
  readonly #replay = element('button', { class: 'replay', type: 'button', hidden: true }, 'Replay');
  readonly #dialog: CancelDialog;
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
  readonly #isLive: boolean;
  #isCancelling = false;
  #isListed = false;

  /** `onReplay`: what the button for it does; without it nothing can be asked of the run. */
  constructor(runId: string, onReplay: (() => void) | undefined) {
    this.#isLive = onReplay !== undefined;
    this.#dialog = new CancelDialog(runId, () => (this.#isCancelling = true));
    this.element = element(
      'header',
      { class: 'head' },
      element('a', { class: 'back', href: '#' }, '← All runs'),
      element(
        'div',
        { class: 'title' },
        ...[this.#name, this.#badge],
        element('span', { class: 'actions' }, this.#replay, this.#cancel),
      ),
      element(
        'p',
        { class: 'facts' },
        element('code', {}, runId),
        ...[this.#since, this.#length, this.#count, this.#phase, this.#listed],
      ),
      ...[this.#progress, this.#dialog.element],
    );
    this.#cancel.addEventListener('click', () => this.#dialog.open());
    this.#replay.addEventListener('click', () => onReplay?.());
  }

  draw(
    state: RunState,
    { listed, now }: { readonly listed: RunView | undefined; readonly now: number },
  ): void {
    const { agent, status, startedAt, endedAt, seen, missed, progress, isGone, phase } = state;
    setText(this.#name, agent ?? (listed ? nameOf(listed) : 'Run'));
    setText(this.#badge, STATUS_WORDS[isGone ? 'gone' : status]);
    setText(this.#since, startedAt === undefined ? '' : `started ${timeAndDay(startedAt, now)}`);
    const until = endedAt === undefined ? now : Date.parse(endedAt);
    const isTimed = startedAt !== undefined && !(isGone && endedAt === undefined);
    setText(this.#length, isTimed ? lengthOf(until - Date.parse(startedAt)) : '');
    setText(this.#count, seen === 0 ? '' : counted(seen + missed, 'event'));
    setText(this.#phase, phase ?? '');
    this.#drawListed(listed);
    const canStop = this.#isLive && !isGone && state.end === undefined;
    this.#cancel.hidden = !canStop || (seen === 0 && listed === undefined);
    this.#replay.hidden = !this.#isLive || isGone || seen < 2;
    setText(this.#cancel, this.#isCancelling ? 'Cancelling…' : 'Cancel run');
    this.#cancel.disabled = this.#isCancelling;
    this.#progress.hidden = progress === undefined;
    if (progress) this.#drawProgress(progress);
  }

  focusReplay(): void {
    this.#replay.focus();
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
}
