// @ts-check
import compression from 'compression';
import express from 'express';
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

const app = express();
// Neither of these is needed, and neither is in the way.
app.use(compression());
app.use(express.json());
app.use('/api/sluice', createNodeListener(engine, { basePath: '/api/sluice' }));
app.get('/', (_request, response) => void response.send('Something of your own.\n'));

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
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
