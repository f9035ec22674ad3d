// @ts-check
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createEngine, defineAgent } from 'sluice';
import { createHandler } from 'sluice/http';

const greet = defineAgent({
  name: 'greet',
  run: (ctx, input) => {
    for (const word of ['Hello, ', String(input), '!']) ctx.token(word);
    return 'greeted';
  },
});

const engine = createEngine({ agents: [greet] });
const sluice = createHandler(engine, { basePath: '/api/sluice' });

const app = new Hono();
app.all('/api/sluice/*', context => sluice(context.req.raw));
app.get('/', context => context.text('Something of your own.\n'));

const server = serve(
  { fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' },
  ({ port }) => console.log(`Listening at http://127.0.0.1:${port}/api/sluice`),
);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Every run gets its last event before the connections end.
    await engine.close();
    server.close();
  });
}
