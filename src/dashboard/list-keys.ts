/** What the keyboard acts on. */
export interface ListKeys {
  readonly list: HTMLElement;
  readonly search: HTMLInputElement;
  /** Shows the list where only one of list and run is on the screen. */
  readonly showList: () => void;
}

/**
 * `j` and `k` go down and up the list from anywhere, `/` goes to the search; in the list arrows, Home and End do the
 * same, and Enter opens, as with any link.
 */
export function listenForKeys({ list, search, showList }: ListKeys): void {
  const links = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('a')];
  const move = (to: (at: number, last: number) => number): void => {
    const all = links();
    const focused = all.indexOf(document.activeElement as HTMLElement);
    const at = focused < 0 ? all.findIndex(link => link.hasAttribute('aria-current')) : focused;
    // Who comes from elsewhere begins at the run that is shown, or else at the first.
    const target =
      focused < 0 && at >= 0 ? at : Math.min(Math.max(to(at, all.length - 1), 0), all.length - 1);
    all[target]?.focus();
  };
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    const isTyping =
      (target as HTMLElement).closest('input, textarea, select, [role=listbox], dialog') !== null;
    const isInList = list.contains(target as Node);
    const isLeaving = target === search && (key === 'ArrowDown' || key === 'Escape');
    const step = MOVES[key];
    if (isLeaving && key === 'Escape' && search.value !== '') return;
    if (isLeaving) move(() => 0);
    else if (isTyping) return;
    else if (key === '/') {
      showList();
      search.focus();
      search.select();
    } else if (step && (isInList || key === 'j' || key === 'k')) move(step);
    else return;
    event.preventDefault();
  });
}

const MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  j: at => at + 1,
  ArrowDown: at => at + 1,
  k: at => at - 1,
  ArrowUp: at => at - 1,
  Home: () => 0,
  End: (_, last) => last,
};
