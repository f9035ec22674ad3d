/** Calls `ring` whenever the browser comes online. Returns what ends that. Elsewhere it never rings. */
export function onOnline(ring: () => void): () => void {
  return listen(globalThis, 'online', ring);
}

/** Calls `ring` whenever somebody looks at the page again, or the browser comes online. Returns what ends that. */
export function onWakeUp(ring: () => void): () => void {
  const stops = [
    onOnline(ring),
    listen(globalThis, 'focus', ring),
    listen(globalThis.document, 'visibilitychange', () => {
      if (globalThis.document.visibilityState === 'visible') ring();
    }),
  ];
  return () => stops.forEach(stop => stop());
}

function listen(target: Partial<EventTarget> | undefined, type: string, ring: () => void): () => void {
  target?.addEventListener?.(type, ring);
  return () => target?.removeEventListener?.(type, ring);
}
