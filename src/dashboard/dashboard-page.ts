import { existsSync, readFileSync } from 'node:fs';

// In the package this is dist/dashboard.js, beside the page; in its source the page lies where the build puts it.
const PLACES = ['./dashboard/index.html', '../../dist/dashboard/index.html'];

let page: string | undefined;

/**
 * The page that shows runs and starts agents, as one HTML document without any address in it: pass it as `page` to
 * `createHandler`, `createNodeListener` or `serveHttp`, which answer `GET /` with it. It talks to the server that it
 * came from. Read from disk at the first call, synchronously, and kept (about 100 KB).
 */
export function dashboardPage(): string {
  return (page ??= readFileSync(placeOfPage(), 'utf8'));
}

function placeOfPage(): URL {
  const places = PLACES.map(place => new URL(place, import.meta.url));
  return places.find(place => existsSync(place)) ?? places[0]!;
}
