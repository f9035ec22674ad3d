import { SluiceError } from '../errors/sluice-error.ts';
import type { CorsOptions } from './cors.ts';
import { isTexts } from './is-texts.ts';
import { isLoopback } from './loopback.ts';
import type { HttpRequest } from './request.ts';

/** Host names that requests may be addressed to, without ports; `any` asks nothing. */
export type AllowedHosts = readonly string[] | 'any';

/** Which requests of pages are taken. */
export interface OriginRules {
  readonly allowedHosts: AllowedHosts | undefined;
  readonly cors: CorsOptions | undefined;
}

const HOST = /^(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::\d{1,5})?$/i;

/** Throws `BAD_OPTION`. */
export function checkAllowedHosts(hosts: AllowedHosts | undefined): AllowedHosts | undefined {
  if (hosts === undefined || hosts === 'any' || isTexts(hosts)) return hosts;
  throw new SluiceError('BAD_OPTION', 'allowedHosts: expected a list of host names, or "any".');
}

/**
 * Refuses what a page of somebody else may send: a request to a name that only resolves to this machine (DNS
 * rebinding), and one that carries another site's `Origin`. Throws `FORBIDDEN_ORIGIN`. A request without `Host` or
 * `Origin` does not come from a page, and passes.
 */
export function checkOrigin(request: HttpRequest, { allowedHosts: allowed, cors }: OriginRules): void {
  const host = request.header('host');
  if (host !== undefined && allowed !== 'any' && !isAllowed(host, allowed)) {
    throw forbidden(
      `Host ${shown(host)} is not one that is served here`,
      'Address it as localhost, or add the name to allowedHosts',
    );
  }
  const origin = request.header('origin');
  if (origin !== undefined && !isSameOrigin(origin, host) && !cors?.origins.includes(origin.toLowerCase())) {
    throw forbidden(
      `Origin ${shown(origin)} is another site`,
      'Serve the page and the API under one name, or add the site to cors.origins',
    );
  }
}

/**
 * A request as its credential is looked for. A browser sends cookies along with every WebSocket, and lets any page read
 * what comes on it: to a page of another site they are worth what `cors.credentials` says.
 */
export function withoutForeignCookie(request: HttpRequest, cors: CorsOptions | undefined): HttpRequest {
  const origin = request.header('origin');
  const isOwn = origin === undefined || isSameOrigin(origin, request.header('host'));
  if (!request.canUpgrade || isOwn || cors?.credentials) return request;
  const { method, target, address } = request;
  return {
    ...{ method, target, address },
    header: name => (name === 'cookie' ? undefined : request.header(name)),
    body: limit => request.body(limit),
    chunks: () => request.chunks(),
    onDisconnect: leave => request.onDisconnect(leave),
  };
}

function isAllowed(host: string, allowed: readonly string[] | undefined): boolean {
  const name = HOST.exec(host)?.[1];
  if (name === undefined) return false;
  return allowed ? allowed.some(other => other.toLowerCase() === name.toLowerCase()) : isLoopback(name);
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  const address = /^https?:\/\/(.+)$/i.exec(origin)?.[1];
  return address !== undefined && host !== undefined && withoutPort80(address) === withoutPort80(host);
}

/** Clients leave out a default port in one header and some proxies add it in the other. */
function withoutPort80(address: string): string {
  return address.toLowerCase().replace(/:(?:80|443)$/, '');
}

function forbidden(problem: string, step: string): SluiceError {
  return new SluiceError('FORBIDDEN_ORIGIN', `${problem}. ${step}.`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
