/** The run whose events are at this address: `…/runs/{id}/events`. */
export function runIdOf({ pathname }: URL): string {
  const name = pathname.split('/').at(-2) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    // The server will say that there is no such run.
    return name;
  }
}
