import type { JsonObject } from '../../event/json.ts';
import { maskValue } from '../../secrets/mask-value.ts';
import type { Exchange } from '../exchange.ts';
import { reading, unguarded } from '../guarded-route.ts';
import type { HandlerSettings } from '../options.ts';
import { jsonReply, textReply, type Reply } from '../reply.ts';
import type { Routes } from '../route-table.ts';
import { asyncApiDocument } from './async-api.ts';
import { describedBridge } from './described-bridge.ts';
import { openApiDocument } from './open-api.ts';
import { OPERATIONS } from './operations.ts';

/**
 * The addresses that say what a server understands. How it is used everybody may read; the types that an application
 * declares are for those who may read its runs. Each document is made once for each server.
 */
export function contractRoutes(served: Routes): Routes {
  const openApi = new WeakMap<HandlerSettings, string>();
  const asyncApi = new WeakMap<HandlerSettings, JsonObject>();
  const contracts: Routes = {
    '/openapi.json': { GET: unguarded(showOpenApi) },
    '/asyncapi.json': { GET: reading(showAsyncApi) },
  };
  const routes = { ...served, ...contracts };

  function showOpenApi({ settings }: Exchange): Reply {
    const tables = [...settings.bridges.map(describedBridge), { routes, operations: OPERATIONS }];
    const made = openApi.get(settings) ?? JSON.stringify(openApiDocument(tables, settings));
    openApi.set(settings, made);
    return textReply(200, made);
  }

  function showAsyncApi({ engine, settings }: Exchange): Reply {
    const made = asyncApi.get(settings) ?? asyncApiDocument(engine.customTypes, settings);
    asyncApi.set(settings, made);
    // Masked each time, since an engine may learn more secrets: a schema may name a default.
    return jsonReply(200, maskValue(made, engine.secrets).value);
  }

  return contracts;
}
