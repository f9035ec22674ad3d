import { isSluiceError } from '../../errors/sluice-error.ts';
import type { BridgeAnswer, BridgeBody, BridgeRequest } from '../bridge.ts';
import { checkContentType, operate, tellingOf, toldError } from './binding.ts';
import { OPERATIONS, type A2aRules } from './operations.ts';
import { refuse, rpcError } from './refusal.ts';

type RpcId = string | number | null;

/** One JSON-RPC 2.0 request. What goes wrong is answered as its error; only who may not come in gets another status. */
export async function answerRpc(request: BridgeRequest, rules: A2aRules): Promise<BridgeAnswer> {
  let id: RpcId = null;
  try {
    const call = await received(request);
    id = idOf(call);
    const { method, params } = checked(call);
    const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method]! : undefined;
    if (!operation)
      throw refuse('METHOD_NOT_FOUND', `method: expected one of ${Object.keys(OPERATIONS).join(', ')}.`);
    const done = await operate(request, rules, { operation, params });
    if ('result' in done) return rpcBody({ jsonrpc: '2.0', id, result: done.result });
    const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
    return tellingOf(done.watch, response => `${head}${response}}`);
  } catch (error) {
    const told = toldError(error, request);
    const status = told.isOurs ? told.row.http : 200;
    return rpcBody({ jsonrpc: '2.0', id, error: rpcError(told) }, status);
  }
}

function rpcBody(body: object, status = 200): BridgeBody {
  return { status, body };
}

async function received(request: BridgeRequest): Promise<Readonly<Record<string, unknown>>> {
  checkContentType(request);
  let body: unknown;
  try {
    body = await request.json();
  } catch (error) {
    throw isSluiceError(error, 'BAD_REQUEST') ? refuse('PARSE_ERROR', error.message) : error;
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw refuse('INVALID_REQUEST', 'request: expected one JSON-RPC 2.0 request as an object.');
}

function idOf({ id }: Readonly<Record<string, unknown>>): RpcId {
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function checked(call: Readonly<Record<string, unknown>>): {
  readonly method: string;
  readonly params: unknown;
} {
  const { jsonrpc, method, params, id } = call;
  if (jsonrpc !== '2.0') throw refuse('INVALID_REQUEST', 'jsonrpc: expected "2.0".');
  if (typeof method !== 'string') throw refuse('INVALID_REQUEST', 'method: expected a string.');
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    throw refuse('INVALID_REQUEST', 'id: expected a string or a number.');
  }
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) {
    throw refuse('INVALID_PARAMS', 'params: expected an object.');
  }
  return { method, params };
}
