import { SluiceError } from '../../errors/sluice-error.ts';
import { runNotFound } from '../../engine/run-events.ts';
import type { Principal } from './principal.ts';

/**
 * Whether a principal that may see some runs alone asks for one of these. Others are answered as if there were none:
 * throws `RUN_NOT_FOUND`, and `FORBIDDEN` for what is not about single runs.
 */
export function checkRuns(
  { runIds }: Principal,
  params: Readonly<Record<string, string>>,
  query: URLSearchParams,
): void {
  if (!runIds) return;
  const asked = [params.id ?? query.getAll('runs').flatMap(text => text.split(','))].flat();
  if (asked.length === 0) throw new SluiceError('FORBIDDEN', 'The credential is for single runs alone.');
  const stranger = asked.find(runId => !runIds.includes(runId));
  if (stranger !== undefined) throw runNotFound(stranger);
}
