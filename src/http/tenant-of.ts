import { DEFAULT_TENANT } from '../engine/start-options.ts';
import type { HttpRequest } from './request.ts';

/** Whose runs a request may see. The one place that decides it. */
export function tenantOf(_request: HttpRequest): string {
  return DEFAULT_TENANT;
}
