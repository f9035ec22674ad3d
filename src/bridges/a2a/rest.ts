import type { BridgeAnswer, BridgeRequest, ScopedRoute } from '../bridge.ts';
import { checkContentType, operate, tellingOf, toldError, typedBody } from './binding.ts';
import { OPERATIONS, type A2aRules } from './operations.ts';
import { restError } from './refusal.ts';

/** An address of the REST binding, and what it does. */
export interface RestRow {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly operation: keyof typeof OPERATIONS;
}

/** The addresses of the REST binding. What is more exact comes first. */
export const REST: readonly RestRow[] = [
  { method: 'POST', path: '/message:send', operation: 'SendMessage' },
  { method: 'POST', path: '/message:stream', operation: 'SendStreamingMessage' },
  { method: 'GET', path: '/tasks', operation: 'ListTasks' },
  { method: 'POST', path: '/tasks/{id}:cancel', operation: 'CancelTask' },
  { method: 'POST', path: '/tasks/{id}:subscribe', operation: 'SubscribeToTask' },
  { method: 'GET', path: '/tasks/{id}:subscribe', operation: 'SubscribeToTask' },
  { method: 'GET', path: '/tasks/{id}', operation: 'GetTask' },
  {
    ...{ method: 'POST', path: '/tasks/{taskId}/pushNotificationConfigs' },
    operation: 'CreateTaskPushNotificationConfig',
  },
  {
    ...{ method: 'GET', path: '/tasks/{taskId}/pushNotificationConfigs' },
    operation: 'ListTaskPushNotificationConfigs',
  },
  {
    ...{ method: 'GET', path: '/tasks/{taskId}/pushNotificationConfigs/{id}' },
    operation: 'GetTaskPushNotificationConfig',
  },
  {
    ...{ method: 'DELETE', path: '/tasks/{taskId}/pushNotificationConfigs/{id}' },
    operation: 'DeleteTaskPushNotificationConfig',
  },
  { method: 'GET', path: '/extendedAgentCard', operation: 'GetExtendedAgentCard' },
];

const TYPE = 'application/a2a+json';

/** The routes of the REST binding below an address. */
export function restRoutes(at: string, rules: A2aRules): Record<string, Record<string, ScopedRoute>> {
  const routes: Record<string, Record<string, ScopedRoute>> = {};
  for (const { method, path, operation } of REST) {
    const { scope } = OPERATIONS[operation]!;
    const route = (request: BridgeRequest) => answerRest(request, rules, operation);
    routes[`${at}${path}`] = { ...routes[`${at}${path}`], [method]: { route, scope } };
  }
  return routes;
}

async function answerRest(
  request: BridgeRequest,
  rules: A2aRules,
  name: keyof typeof OPERATIONS,
): Promise<BridgeAnswer> {
  try {
    checkContentType(request);
    const { query, params } = request;
    const body = (await request.json()) as object;
    const sent = { ...Object.fromEntries(query), ...body, ...params };
    const done = await operate(request, rules, { operation: OPERATIONS[name]!, params: sent });
    if ('result' in done) return typedBody(200, done.result, TYPE);
    return tellingOf(done.watch, response => response);
  } catch (error) {
    const told = toldError(error, request);
    return typedBody(told.row.http, restError(told), TYPE);
  }
}
