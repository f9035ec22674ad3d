import { element } from './element.ts';
import { problemOf, server } from './server.ts';

/** Asks whether a run is really to be stopped, and why; then stops it. */
export class CancelDialog {
  readonly #reason = element('input', { id: 'cancel-reason', autocomplete: 'off', maxlength: 500 });
  readonly #problem = element('p', { class: 'problem', role: 'alert' });
  readonly #confirm = element('button', { class: 'danger', type: 'submit' }, 'Cancel the run');
  readonly #keep = element('button', { type: 'button' }, 'Let it go on');
  readonly element: HTMLDialogElement;

  /** `onRequested`: the server knows of it, and the run ends when its agent lets go. */
  constructor(runId: string, onRequested: () => void) {
    const form = element(
      'form',
      { method: 'dialog' },
      element('h2', { id: 'cancel-title' }, 'Cancel this run?'),
      element('p', { class: 'quiet' }, 'It stops for everybody who watches it, and cannot be taken back.'),
      element('label', { for: 'cancel-reason' }, 'Reason'),
      this.#reason,
      this.#problem,
      element('div', { class: 'row' }, this.#keep, this.#confirm),
    );
    this.element = element('dialog', { class: 'dialog', 'aria-labelledby': 'cancel-title' }, form);
    this.#keep.addEventListener('click', () => this.element.close());
    form.addEventListener('submit', event => {
      event.preventDefault();
      void this.#cancel(runId, onRequested);
    });
  }

  open(): void {
    this.#problem.textContent = '';
    this.element.showModal();
    this.#keep.focus();
  }

  async #cancel(runId: string, onRequested: () => void): Promise<void> {
    this.#confirm.disabled = true;
    try {
      await server.cancel(runId, { reason: this.#reason.value.trim() || 'cancelled on the page' });
      this.element.close();
      onRequested();
    } catch (error) {
      this.#problem.textContent = problemOf(error);
    } finally {
      this.#confirm.disabled = false;
    }
  }
}
