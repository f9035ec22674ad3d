import type { Authorize } from './authorize.ts';

/** Asks one after the other until one knows who sends the request; what one throws is not passed on to the next. */
export function anyOf(...ways: readonly Authorize[]): Authorize {
  return async request => {
    for (const way of ways) {
      const principal = await way(request);
      if (principal) return principal;
    }
    return undefined;
  };
}
