/** The seq of the event that the address names, if it names one of this run. */
export function placeOf(runId: string): number | undefined {
  const said = new URLSearchParams(location.hash.slice(1));
  const at = said.get('at') ?? '';
  return said.get('run') === runId && /^\d{1,15}$/.test(at) ? Number(at) : undefined;
}

/** Names an event in the address, so that a reload comes back to it. Nothing is loaded, and there is no way back. */
export function setPlace(runId: string, seq: number): void {
  const rest = location.hash.replace(/^#run=[^&]*(&at=\d*)?/, '');
  history.replaceState(history.state, '', `${addressOfPlace(runId, seq)}${rest}`);
}

/** The address of an event, relative to the page. */
export function addressOfPlace(runId: string, seq: number): string {
  return `#run=${encodeURIComponent(runId)}&at=${seq}`;
}
