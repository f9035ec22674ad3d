// @ts-check
// In a project of Next.js: app/api/sluice/[...path]/route.js
import { createEngine, defineAgent } from 'sluice';
import { createHandler } from 'sluice/http';

const greet = defineAgent({
  name: 'greet',
  run: (ctx, input) => {
    for (const word of ['Hello, ', String(input), '!']) ctx.token(word);
    return 'greeted';
  },
});

const make = () => createEngine({ agents: [greet] });
const kept = /** @type {{ sluice?: ReturnType<typeof make> }} */ (globalThis);
// One for the process: in development this file is loaded anew whenever it changes, and runs go on.
const engine = (kept.sluice ??= make());

/** What Next.js asks of a route that streams. */
export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
export const maxDuration = 300;

const handler = createHandler(engine, {
  basePath: '/api/sluice',
  // Before the platform cuts a connection, it ends in order, and its reader comes back.
  streamAge: (maxDuration - 10) * 1000,
});

export const GET = handler;
export const POST = handler;
export const DELETE = handler;
