// @ts-check
import { approval, createEngine, createGate, defineAgent, isSluiceError } from 'sluice';
import { dashboardPage } from 'sluice/dashboard';
import { serveHttp } from 'sluice/http';

/** @type {string[]} */
const outbox = [];

const mailer = defineAgent({
  name: 'mailer',
  run: async ctx => {
    ctx.token('I have written to Ann. ');
    try {
      await ctx.tool('send-mail', { to: 'ann@example.org', subject: 'Friday' }, ({ to }) => outbox.push(to));
      ctx.token('It is sent.');
    } catch (error) {
      if (!isSluiceError(error, 'VETOED')) throw error;
      ctx.token('It stays in the drafts.');
    }
    return outbox.length;
  },
});

const gate = createGate([
  approval({
    types: 'tool.called',
    when: ({ data }) => data.tool === 'send-mail',
    question: ({ data }) => `Send this mail? ${JSON.stringify(data.args)}`,
    timeout: 600_000,
    default: 'deny',
  }),
]);
const engine = createEngine({ agents: [mailer], gate });
const port = Number(process.env['PORT'] ?? 4400);
const server = await serveHttp({ engine, page: dashboardPage(), port });
const run = await engine.start('mailer');
console.log(`Open ${server.url}/#run=${run.id} and press Yes or No. Ctrl-C ends it.`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await server.close();
    await engine.close();
  });
}
