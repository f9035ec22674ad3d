import { svg } from './svg.ts';

type Theme = 'system' | 'light' | 'dark';

const KEY = 'sluice-theme';
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const WORDS: Readonly<Record<Theme, string>> = {
  system: 'as the system has it',
  light: 'light',
  dark: 'dark',
};
/** A disc that is half full, a sun, a moon. */
const PATHS: Readonly<Record<Theme, string>> = {
  system: 'M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12v12M10 3v10M12 4.7v6.6',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3',
  dark: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z',
};

/** The button that chooses light or dark. What was chosen is kept in this browser, and page.html sets it first of all. */
export function themeButton(button: HTMLButtonElement): void {
  const path = svg('path');
  button.append(svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, path));
  const draw = (theme: Theme): void => {
    const words = `Colours: ${WORDS[theme]}. Press for ${WORDS[NEXT[theme]]}.`;
    button.setAttribute('aria-label', words);
    button.title = words;
    button.dataset.theme = theme;
    path.setAttribute('d', PATHS[theme]);
  };
  button.addEventListener('click', () => {
    const theme = NEXT[themeOf()];
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    keep(theme);
    draw(theme);
  });
  draw(themeOf());
}

function themeOf(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function keep(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing forgets this, too.
  }
}
