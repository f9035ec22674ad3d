import type { Bridge } from '../../bridges/bridge.ts';
import { bridgeRoutes } from '../bridge-routes.ts';
import type { DescribedRoutes } from './open-api.ts';
import type { Operation } from './operation.ts';

/** The addresses of a bridge, at their place. Those that it does not describe are named, and no more. */
export function describedBridge(bridge: Bridge): DescribedRoutes {
  const { at, name, routes, operations = {}, refusalSchema } = bridge;
  const described = Object.entries(routes).map(([path, methods]) => {
    const known = Object.keys(methods).map((method): [string, Operation] => [
      method,
      operations[path]?.[method as keyof typeof methods] ?? undescribed(name, method, path),
    ]);
    return [`${at}${path}`, Object.fromEntries(known)];
  });
  return {
    routes: bridgeRoutes(bridge),
    operations: Object.fromEntries(described) as DescribedRoutes['operations'],
    refusal: refusalSchema,
  };
}

function undescribed(bridge: string, method: string, path: string): Operation {
  return {
    id: [bridge, method.toLowerCase(), ...(path.match(/\w+/g) ?? [])].join('_'),
    summary: `${bridge}: ${method} ${path}`,
    answers: { 200: { description: `As ${bridge} has it.` } },
  };
}
