import type { RunView } from '../http/run-view.ts';

/** What a run is called: its agent, or what a producer outside has named it. */
export function nameOf({ agent, labels }: Pick<RunView, 'agent' | 'labels'>): string {
  return agent ?? labels?.['name'] ?? 'external run';
}
