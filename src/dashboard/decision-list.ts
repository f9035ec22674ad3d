import type { RunState } from '../client/index.ts';
import { element } from './element.ts';

/** Decisions on the page; older ones go. */
const MOST = 200;

/** What policies have decided, and what went wrong without ending the run. */
export class DecisionList {
  readonly element = element('ol', { class: 'decisions' });
  #decisions: RunState['decisions'] = [];
  #warnings: RunState['warnings'] = [];

  draw({ decisions, warnings }: RunState): void {
    if (decisions === this.#decisions && warnings === this.#warnings) return;
    this.#decisions = decisions;
    this.#warnings = warnings;
    this.element.replaceChildren(
      ...warnings.slice(-MOST).map(({ code, message }) => line(code, 'warning', [message])),
      ...decisions
        .slice(-MOST)
        .map(({ signal, policy, on, subject, reason }) =>
          line(signal, signal === 'PROCEED' ? 'good' : 'bad', [
            element('strong', {}, policy),
            ` on ${on}`,
            ...(subject === '' ? [] : [' ', element('code', {}, subject)]),
            reason === undefined ? '' : `: ${reason}`,
          ]),
        ),
    );
  }
}

function line(word: string, tone: string, children: readonly (Node | string)[]): HTMLElement {
  return element(
    'li',
    {},
    element('span', { class: 'signal', 'data-tone': tone }, word),
    element('span', {}, ...children),
  );
}
