import { element } from './element.ts';
import type { RunState } from '../client/index.ts';

/** How a run ended: what it returned, or why not. */
export class RunOutcome {
  readonly element = element('section', { class: 'card outcome', hidden: true });

  draw({ end }: RunState): void {
    if (!end || !this.element.hidden) return;
    this.element.hidden = false;
    if (end.type === 'error') {
      const { code, message } = end.data;
      this.element.dataset.end = 'failed';
      this.element.append(
        element('h2', {}, 'Failed'),
        element('p', {}, element('code', {}, code), ` ${message}`),
      );
    } else if (end.type === 'cancelled') {
      const { reason, forced } = end.data;
      this.element.append(
        element('h2', {}, 'Cancelled'),
        element('p', {}, `${reason ?? 'No reason was given'}${forced ? '; it did not stop in time' : ''}.`),
      );
    } else if (end.type === 'complete' && end.data.output !== undefined) {
      const { output } = end.data;
      const text = typeof output === 'string' ? output : JSON.stringify(output, undefined, 2);
      this.element.append(element('h2', {}, 'Result'), element('pre', {}, text));
    } else {
      this.element.hidden = true;
    }
  }
}
