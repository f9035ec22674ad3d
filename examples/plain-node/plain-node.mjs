// @ts-check
import { createServer } from 'node:http';
import { createEngine, defineAgent } from 'sluice';
import { createNodeListener } from 'sluice/http';

const greet = defineAgent({
  name: 'greet',
  run: (ctx, input) => {
    for (const word of ['Hello, ', String(input), '!']) ctx.token(word);
    return 'greeted';
  },
});

const engine = createEngine({ agents: [greet] });
const sluice = createNodeListener(engine, { basePath: '/api/sluice' });

const server = createServer((request, response) => {
  if (request.url?.startsWith('/api/sluice/')) return sluice(request, response);
  response.end('Something of your own.\n');
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Listening at http://127.0.0.1:${address?.port}/api/sluice`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Every run gets its last event before the connections end.
    await engine.close();
    server.close();
  });
}
