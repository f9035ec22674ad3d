// @ts-check
import { fastify } from 'fastify';
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

const app = fastify({ forceCloseConnections: true });
app.register(async scope => {
  // Here alone, bodies are left to Sluice: it reads them as they come, line by line if need be.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  scope.all('/api/sluice/*', (request, reply) => {
    reply.hijack();
    sluice(request.raw, reply.raw);
  });
});
app.get('/', async () => 'Something of your own.\n');

const url = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(`Listening at ${url}/api/sluice`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Every run gets its last event before the connections end.
    await engine.close();
    await app.close();
  });
}
