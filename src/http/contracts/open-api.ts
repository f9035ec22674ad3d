import type * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts';
import type { JsonObject } from '../../event/json.ts';
import type { Scope } from '../auth/principal.ts';
import { SESSION_COOKIE } from '../auth/session-cookie.ts';
import type { GuardedRoute } from '../guarded-route.ts';
import type { HandlerSettings } from '../options.ts';
import { statusOf } from '../problem.ts';
import type { Routes } from '../route-table.ts';
import { Components } from './components.ts';
import { INTERFACE_VERSION } from './interface-version.ts';
import type { Answer, Content, Operation, Operations, Parameter } from './operation.ts';

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
/** What any address can answer, and what those can that ask for a credential. */
const ALWAYS: readonly ErrorCode[] = ['FORBIDDEN_ORIGIN', 'INTERNAL', 'STORAGE_LOST', 'ENGINE_CLOSED'];
const GUARDED: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN'];

/** Credentials that Sluice knows itself; an `authorize` of somebody's own may know others. */
const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'Made by POST /session.' },
  ticket: {
    ...{ type: 'apiKey', in: 'query', name: 'ticket' },
    description: 'Made by POST /tickets: good for one GET, and for the scope `read` alone.',
  },
};

/**
 * The routes as an OpenAPI 3.1 document. It says how a server is used and nothing of what is on it: no agent, no type of
 * the application's own, no run. Every GET answers HEAD too.
 */
export function openApiDocument(
  tables: readonly DescribedRoutes[],
  { authorize, basePath }: Pick<HandlerSettings, 'authorize' | 'basePath'>,
): JsonObject {
  const components = new Components();
  const isGuarded = authorize !== undefined;
  const paths = reachable(tables).map(({ path, methods, table: { operations, refusal } }) => {
    const described = Object.entries(methods).map(([method, guarded]): [string, JsonObject | undefined] => {
      const operation = operations[path]?.[method as keyof typeof methods];
      const place = { method, guarded, isGuarded, components, refusal };
      return [method.toLowerCase(), operation && operationObject(operation, place)];
    });
    return [path, { ...pathParameters(path), ...Object.fromEntries(described) }];
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: INTERFACE_VERSION,
      summary: 'Runs of AI agents, each one typed, ordered, replayable stream of events.',
      description: 'What is in a stream, /asyncapi.json tells. Every GET answers HEAD too.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath || '/' }],
    paths: Object.fromEntries(paths) as JsonObject,
    components: {
      schemas: components.schemas(),
      ...(isGuarded && { securitySchemes: SECURITY_SCHEMES }),
    },
  };
}

/** Addresses that some room answers, and what they do. */
export interface DescribedRoutes {
  readonly routes: Routes;
  readonly operations: Operations;
  /** What its own refusals look like, where they are no problem documents. */
  readonly refusal?: z.ZodType | undefined;
}

/** Where several tables have one address, the first answers it, with all methods. */
function reachable(tables: readonly DescribedRoutes[]) {
  const taken = new Set<string>();
  return tables.flatMap(table =>
    Object.entries(table.routes).flatMap(([path, methods]) => {
      const shape = path.replaceAll(/\{[^}]*\}/g, '{}');
      if (taken.has(shape)) return [];
      taken.add(shape);
      return [{ path, methods, table }];
    }),
  );
}

interface Place {
  readonly method: string;
  readonly guarded: GuardedRoute;
  /** Whether somebody is asked for a credential at all. */
  readonly isGuarded: boolean;
  readonly components: Components;
  readonly refusal: z.ZodType | undefined;
}

function operationObject(
  { id, summary, query, headers, body, answers, problems = [] }: Operation,
  { method, guarded: { scope, isGreeting }, isGuarded, components, refusal }: Place,
): JsonObject {
  const parameters = [
    ...parameterObjects('query', query, components),
    ...parameterObjects('header', headers, components),
  ];
  const codes = [
    ...ALWAYS,
    ...(scope === undefined ? [] : (['TOO_MANY_REQUESTS'] as const)),
    ...(scope === undefined || !isGuarded ? [] : GUARDED),
    ...problems,
  ];
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: isRequired(body), content: contentObject(body, components) } }),
    responses: responseObjects(answers, codes, { components, refusal }),
    ...(isGuarded && { security: security(method, scope, isGreeting) }),
  };
}

/** Any one of these will do; the names are the scopes that it must have. */
function security(method: string, scope: Scope | undefined, isGreeting = false): JsonObject[] {
  if (scope === undefined && !isGreeting) return [];
  const scopes = scope === undefined ? [] : [scope];
  const isTicketed = method === 'GET' && (scope === 'read' || isGreeting);
  const names = ['bearer', 'apiKey', 'session', ...(isTicketed ? ['ticket'] : [])];
  return [...names.map(name => ({ [name]: scopes })), ...(isGreeting ? [{}] : [])];
}

function pathParameters(path: string): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  if (names.length === 0) return {};
  return {
    parameters: names.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  };
}

function parameterObjects(
  place: 'query' | 'header',
  parameters: Readonly<Record<string, Parameter>> = {},
  components: Components,
): JsonObject[] {
  return Object.entries(parameters).map(([name, { description, schema, isRequired }]) => ({
    ...{ name, in: place, description, schema: components.of(schema) },
    ...(isRequired && { required: true }),
  }));
}

/** Nothing sent is read as an empty object. */
function isRequired(body: Content): boolean {
  return body['application/json']?.safeParse({}).success !== true;
}

function answerObject({ description, content, headers }: Answer, components: Components): JsonObject {
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, says]) => [
          name,
          { description: says, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(content && { content: contentObject(content, components) }),
  };
}

function contentObject(content: Content, components: Components): JsonObject {
  const types = Object.entries(content).map(([type, schema]) => [
    type,
    { schema: schema ? components.of(schema) : { type: 'string' } },
  ]);
  return Object.fromEntries(types) as JsonObject;
}

/** What goes well, and what does not: those of one status together. */
function responseObjects(
  answers: Operation['answers'],
  codes: readonly ErrorCode[],
  { components, refusal }: Pick<Place, 'components' | 'refusal'>,
): JsonObject {
  const refused = refusal && contentObject({ 'application/json': refusal }, components);
  const told: Record<string, JsonObject> = { ...problemObjects(codes, refused) };
  for (const [status, answer] of Object.entries(answers)) {
    const { description, content } = told[status] ?? {};
    const own = answerObject(answer, components);
    told[status] = content
      ? {
          ...own,
          description: `${answer.description}\n\n${description as string}`,
          content: { ...(content as JsonObject), ...(own['content'] as JsonObject) },
        }
      : own;
  }
  return { ...told, ...(refused && { default: { description: 'Refused.', content: refused } }) };
}

/** Problem documents, those of one status together; a bridge tells some of them in words of its own. */
function problemObjects(
  codes: readonly ErrorCode[],
  refused: JsonObject | undefined,
): Record<string, JsonObject> {
  const statuses = new Set(codes.map(statusOf));
  const answers = [...statuses].map(status => {
    const group = [...new Set(codes)].filter(code => statusOf(code) === status);
    const description = group.map(code => `\`${code}\`: ${ERROR_CODES[code]}`).join('\n\n');
    return [status, { description, content: { ...PROBLEM, ...refused } }];
  });
  return Object.fromEntries(answers) as Record<string, JsonObject>;
}
