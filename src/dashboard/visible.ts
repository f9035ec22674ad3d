/** Whether somebody may be looking. */
export function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

/** Resolves when the page is visible, at once if it is. */
export function untilVisible(): Promise<void> {
  if (isVisible()) return Promise.resolve();
  return new Promise(resolve =>
    document.addEventListener('visibilitychange', () => resolve(), { once: true }),
  );
}
