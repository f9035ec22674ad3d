import { systemClock } from '../time/clock.ts';
import { element } from './element.ts';

/** A button that copies a text. Browsers let a page copy only where it came over HTTPS or from this machine. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = element('button', { class: 'small', type: 'button' }, label);
  button.hidden = !('clipboard' in navigator);
  const say = (word: string): void => {
    button.textContent = word;
    systemClock.alarm(1_500, () => (button.textContent = label), false);
  };
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(text()).then(
      () => say('Copied'),
      () => say('Could not copy'),
    );
  });
  return button;
}
