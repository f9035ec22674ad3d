import { SluiceError } from '../../errors/sluice-error.ts';
import type { BridgeProblem } from '../bridge.ts';
import { REASONS, REFUSALS, SERVER_ERROR, type A2aReason, type RefusalRow } from './refusal-table.ts';

const DOMAIN = 'a2a-protocol.org';
const NAMES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

/** Says no in the words of A2A: `reason` is one of its own. */
export function refuse(reason: A2aReason, message: string, runId?: string): SluiceError {
  return new SluiceError('BAD_REQUEST', message, { runId, details: { reason } });
}

/** A problem in the words of A2A, before it is written for a binding. */
export interface Told {
  readonly row: RefusalRow;
  readonly message: string;
  /** Where the row is not one of A2A's. */
  readonly isOurs: boolean;
}

/** What a problem is in A2A; `reason`: as {@link refuse} says it. */
export function toldAs({ status, code, message }: BridgeProblem, reason: unknown): Told {
  const known = REFUSALS.find(row => row.reason === (reason ?? REASONS[code]));
  if (known) return { row: known, message, isOurs: false };
  if (code === 'INTERNAL') {
    return { row: REFUSALS.find(row => row.reason === 'INTERNAL_ERROR')!, message, isOurs: false };
  }
  const name = NAMES[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  return { row: { reason: code, code: SERVER_ERROR, http: status, status: name }, message, isOurs: true };
}

/** The error of a JSON-RPC response. */
export function rpcError({ row, message, isOurs }: Told): object {
  return { code: row.code, message, data: [errorInfo(row, isOurs)] };
}

/** The body of a refusal in the REST binding, as AIP-193 has it. */
export function restError({ row, message, isOurs }: Told): object {
  return { error: { code: row.http, status: row.status, message, details: [errorInfo(row, isOurs)] } };
}

function errorInfo({ reason }: RefusalRow, isOurs: boolean): object {
  const domain = isOurs ? 'sluice' : DOMAIN;
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain };
}
