import { ERROR_CODES, type ErrorCode } from '../errors/codes.ts';
import type { BridgeBody, BridgeProblem } from './bridge.ts';

/** A problem as Sluice itself tells it, RFC 9457, for systems that have no form of their own. */
export function problemDocument({ status, code, message, runId }: BridgeProblem): BridgeBody {
  const title = ERROR_CODES[code as ErrorCode] ?? code;
  return {
    status,
    body: {
      ...{ type: `urn:sluice:error:${code}`, status, code, title, detail: message },
      ...(runId !== undefined && { runId }),
    },
    headers: { 'content-type': 'application/problem+json' },
  };
}
