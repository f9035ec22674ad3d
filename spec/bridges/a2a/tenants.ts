import type { Bridge } from '../../../src/bridges/bridge.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import type { Principal } from '../../../src/http/auth/principal.ts';
import { serveHttp, type HttpServer } from '../../../src/http/serve-http.ts';
import { a2aEngine } from './a2a-agents.ts';

export const HEADERS = { 'a2a-version': '1.0', 'content-type': 'application/json' };

/** A JSON-RPC response, as it came. */
export interface RpcBody {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: readonly unknown[] };
}

/** A server of several tenants: a key is `tenant`, or `tenant/scope,scope`. */
export interface Tenants {
  readonly engine: Engine;
  readonly server: HttpServer;
  ask(
    key: string,
    method: string,
    params: object,
  ): Promise<{ readonly status: number; readonly body: RpcBody }>;
}

/** Serves a bridge to tenants for as long as the work takes. */
export async function servedTenants(
  bridge: Bridge,
  work: (tenants: Tenants) => Promise<void>,
  options: EngineOptions = {},
): Promise<void> {
  const engine = a2aEngine(options);
  const server = await serveHttp({
    ...{ engine, port: 0, bridges: [bridge] },
    authorize: ({ header }): Principal | undefined => {
      const [tenantId, scopes] = (header('x-api-key') ?? '').split('/');
      return tenantId
        ? { subject: tenantId, tenantId, scopes: (scopes?.split(',') ?? ['admin']) as never }
        : undefined;
    },
  });
  const ask: Tenants['ask'] = async (key, method, params) => {
    const answer = await fetch(`${server.url}/a2a`, {
      ...{ method: 'POST', headers: { ...HEADERS, 'x-api-key': key } },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return { status: answer.status, body: (await answer.json()) as RpcBody };
  };
  try {
    await work({ engine, server, ask });
  } finally {
    await engine.close({ whenEnded: () => server.close() });
  }
}

/** A message that says `text` once. */
export function hello(text: string, more: object = {}, configuration?: object): object {
  const message = { messageId: `m-${text}`, role: 'ROLE_USER', parts: [{ text }], ...more };
  return { message, ...(configuration && { configuration }) };
}
