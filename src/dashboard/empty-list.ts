import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { addressOf } from './server.ts';

/** Why the list is empty. `none`: there are no runs · `unmatched`: none is wanted · `refused`: the server says no. */
export type Emptiness = 'none' | 'unmatched' | 'refused';

/** What an empty list says, and what to do about it. */
export interface EmptyActions {
  readonly clear: () => void;
  readonly retry: () => void;
}

/** Stands where runs would; says the next step. */
export class EmptyList {
  readonly element = element('div', { class: 'empty', hidden: true });
  readonly #actions: EmptyActions;
  #shown = '';

  constructor(actions: EmptyActions) {
    this.#actions = actions;
  }

  /** `problem`: what the server said. `hasOlder`: it has runs that were not looked at. */
  draw(
    emptiness: Emptiness | undefined,
    { problem, hasOlder }: { readonly problem: string; readonly hasOlder: boolean },
  ): void {
    const shown = JSON.stringify([emptiness, problem, hasOlder]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = emptiness === undefined;
    if (emptiness === 'none') this.element.replaceChildren(...nothingYet());
    if (emptiness === 'unmatched') this.element.replaceChildren(...this.#unmatched(hasOlder));
    if (emptiness === 'refused') this.element.replaceChildren(...this.#refused(problem));
  }

  #unmatched(hasOlder: boolean): HTMLElement[] {
    const where = hasOlder
      ? 'No run matches among the newest ones; older ones can be loaded.'
      : 'No run matches.';
    return [element('p', {}, where), button('Clear filters', this.#actions.clear)];
  }

  #refused(problem: string): HTMLElement[] {
    return [
      element('p', { class: 'problem', role: 'alert' }, problem),
      button('Try again', this.#actions.retry),
    ];
  }
}

function nothingYet(): HTMLElement[] {
  const command = `curl -X POST ${addressOf('runs')} -H 'content-type: application/json' -d '{"labels": {"name": "my first"}}'`;
  return [
    element('p', {}, 'No runs yet. The first one appears here by itself.'),
    element('p', { class: 'quiet' }, 'Start an agent above, or make a run from outside:'),
    element('pre', {}, command),
    copyButton('Copy', () => command),
  ];
}

function button(label: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'small' }, label);
  made.addEventListener('click', act);
  return made;
}
