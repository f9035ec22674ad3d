import { isSluiceError } from '../../errors/sluice-error.ts';
import type { BridgeBody, BridgeRequest, BridgeTelling } from '../bridge.ts';
import type { A2aRules, Done, Operation, Watch } from './operations.ts';
import { refuse, toldAs, type Told } from './refusal.ts';
import { A2aTeller, type Envelope } from './teller.ts';
import { birthOf } from './tasks.ts';

const VERSION = /^1(?:\.0(?:\.\d+)?)?$/;
const JSON_TYPE = /^application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i;

/** Runs one operation for one client. Rejects with what is to be told. */
export async function operate(
  request: BridgeRequest,
  rules: A2aRules,
  { operation, params }: { readonly operation: Operation; readonly params: unknown },
): Promise<Done> {
  checkVersion(request);
  request.require(operation.scope);
  return operation.run(request, rules, params);
}

/** The protocol version that a client names; none means 0.3, which is not spoken here. Throws. */
export function checkVersion({ header, query }: BridgeRequest): void {
  const version = header('a2a-version') ?? query.get('A2A-Version') ?? '';
  if (VERSION.test(version.trim())) return;
  const got = version === '' ? 'none, which means 0.3' : JSON.stringify(version.slice(0, 20));
  throw refuse(
    'VERSION_NOT_SUPPORTED',
    `A2A-Version: expected 1.0, got ${got}. Send the header A2A-Version: 1.0.`,
  );
}

/** Throws for a body that is no JSON by its type. */
export function checkContentType({ header }: BridgeRequest): void {
  const type = header('content-type');
  if (type === undefined || JSON_TYPE.test(type)) return;
  throw refuse(
    'CONTENT_TYPE_NOT_SUPPORTED',
    'content-type: expected application/json or application/a2a+json.',
  );
}

/** The updates of a task as a stream. */
export function tellingOf({ run, after }: Watch, envelope: Envelope): BridgeTelling {
  return { telling: { runId: run.runId, after, teller: new A2aTeller(birthOf(run), envelope) } };
}

/** What was thrown in the words of A2A. */
export function toldError(error: unknown, { problem }: BridgeRequest): Told {
  return toldAs(problem(error), isSluiceError(error) ? error.details?.['reason'] : undefined);
}

/** JSON with a type of its own. */
export function typedBody(status: number, body: unknown, type: string): BridgeBody {
  return { status, body, headers: { 'content-type': type } };
}
