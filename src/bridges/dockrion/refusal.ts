import type { BridgeBody, BridgeProblem } from '../bridge.ts';

/** The codes and statuses of Dockrion for problems that it has a word for; all others keep ours. */
export const REFUSALS: Readonly<Record<string, { readonly status: number; readonly code: string }>> = {
  BAD_REQUEST: { status: 400, code: 'VALIDATION_ERROR' },
  BAD_ID: { status: 400, code: 'VALIDATION_ERROR' },
  BAD_INPUT: { status: 400, code: 'VALIDATION_ERROR' },
  BAD_OPTION: { status: 400, code: 'VALIDATION_ERROR' },
  BAD_CURSOR: { status: 400, code: 'VALIDATION_ERROR' },
  BAD_FILTER: { status: 400, code: 'VALIDATION_ERROR' },
  BODY_TOO_LARGE: { status: 413, code: 'VALIDATION_ERROR' },
  RUN_EXISTS: { status: 400, code: 'VALIDATION_ERROR' },
  RUN_ENDED: { status: 400, code: 'VALIDATION_ERROR' },
  RUN_NOT_FOUND: { status: 404, code: 'NOT_FOUND' },
  UNKNOWN_AGENT: { status: 404, code: 'NOT_FOUND' },
  INTERNAL: { status: 500, code: 'INTERNAL_ERROR' },
};

/** A problem as Dockrion tells it: `{error, code}`. */
export function refusal({ status, code, message }: BridgeProblem): BridgeBody {
  const told = REFUSALS[code] ?? { status, code };
  return { status: told.status, body: { error: message, code: told.code } };
}
