import type { RunStats } from '../client/index.ts';
import type { RunStatus } from '../event/run-event.ts';
import { element, setText } from './element.ts';
import type { RunFilter } from './run-filter.ts';
import { StatusTiles } from './status-tiles.ts';

/** A pair `name=value`, as somebody types it. */
const LABEL = /^\s*([^=\s][^=]*?)\s*=\s*(.+?)\s*$/;

/** Chooses which runs are listed. `onChange` is told what is wanted by now. */
export class FilterBar {
  readonly element: HTMLElement;
  readonly search = element('input', {
    ...{ class: 'find', id: 'find', type: 'search', 'aria-label': 'Find runs' },
    ...{ placeholder: 'Find by name, id, label', autocomplete: 'off', spellcheck: 'false' },
    'aria-keyshortcuts': '/',
  });
  readonly #tiles = new StatusTiles(status => this.#press(status));
  readonly #agents = element('datalist', { id: 'filter-agents' });
  readonly #agent = field('filter-agent', { list: 'filter-agents', placeholder: 'any' });
  readonly #thread = field('filter-thread', { placeholder: 'any' });
  readonly #label = field('filter-label', { placeholder: 'name=value', 'aria-describedby': 'label-problem' });
  readonly #labelProblem = element('p', { class: 'problem', id: 'label-problem', role: 'alert' });
  readonly #more = element('details', { class: 'more-filters' });
  readonly #said = element('span', { class: 'said' });
  readonly #onChange: (filter: RunFilter) => void;
  #filter: RunFilter;
  #agentNames = '';

  constructor(filter: RunFilter, onChange: (filter: RunFilter) => void) {
    this.#filter = filter;
    this.#onChange = onChange;
    this.search.addEventListener('input', () => this.#set({ text: this.search.value.trim() }));
    this.#agent.addEventListener('change', () => this.#set({ agent: textOf(this.#agent) }));
    this.#thread.addEventListener('change', () => this.#set({ threadId: textOf(this.#thread) }));
    this.#label.addEventListener('change', () => this.#setLabel());
    this.#more.append(
      element('summary', {}, 'Agent, thread, label', this.#said),
      element(
        'div',
        { class: 'filter-fields' },
        ...named('Agent', this.#agent, 'filter-agent'),
        ...named('Thread', this.#thread, 'filter-thread'),
        ...named('Label', this.#label, 'filter-label'),
        this.#labelProblem,
        this.#agents,
      ),
    );
    this.element = element(
      'div',
      { class: 'filters', role: 'search', 'aria-label': 'Runs' },
      this.search,
      this.#tiles.element,
      this.#more,
    );
    this.show(filter);
    this.#more.open = this.#said.textContent !== '';
  }

  /** Shows what is wanted, without telling anybody. */
  show(filter: RunFilter): void {
    this.#filter = filter;
    const { agent = '', threadId = '', labels, text } = filter;
    const label = Object.entries(labels)
      .map(pair => pair.join('='))
      .join(', ');
    if (this.search.value.trim() !== text) this.search.value = text;
    for (const [input, value] of [
      [this.#agent, agent],
      [this.#thread, threadId],
      [this.#label, label],
    ] as const)
      if (document.activeElement !== input) input.value = value;
    setText(this.#said, [agent, threadId, label].filter(part => part !== '').join(' · '));
  }

  draw(stats: RunStats | undefined, agents: readonly string[]): void {
    this.#tiles.draw(stats?.byStatus, this.#filter.status);
    if (agents.join() === this.#agentNames) return;
    this.#agentNames = agents.join();
    this.#agents.replaceChildren(...agents.map(value => element('option', { value })));
  }

  #set(change: Partial<RunFilter>): void {
    const filter = { ...this.#filter, ...change };
    this.show(filter);
    this.#onChange(filter);
  }

  #press(status: RunStatus): void {
    const { status: pressed } = this.#filter;
    const isPressed = pressed.includes(status);
    this.#set({ status: isPressed ? pressed.filter(other => other !== status) : [...pressed, status] });
  }

  #setLabel(): void {
    const parts = this.#label.value.split(',').filter(part => part.trim() !== '');
    const pairs = parts.map(part => LABEL.exec(part));
    const isWrong = pairs.includes(null);
    setText(this.#labelProblem, isWrong ? 'A label is name=value, such as host=laptop.' : '');
    this.#label.setAttribute('aria-invalid', String(isWrong));
    if (isWrong) return;
    this.#set({ labels: Object.fromEntries(pairs.map(pair => [pair![1]!, pair![2]!])) });
  }
}

function field(id: string, attributes: Readonly<Record<string, string>>): HTMLInputElement {
  return element('input', { id, autocomplete: 'off', spellcheck: 'false', ...attributes });
}

function named(name: string, input: HTMLInputElement, id: string): HTMLElement[] {
  return [element('label', { for: id }, name), input];
}

function textOf({ value }: HTMLInputElement): string | undefined {
  return value.trim() || undefined;
}
