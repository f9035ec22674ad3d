// @ts-check
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createEngine, defineAgent } from 'sluice';
import { createNodeListener } from 'sluice/http';

const writer = defineAgent({
  name: 'writer',
  run: async (ctx, input) => {
    const letter = `One could write about ${String(input)} for a long time. `.repeat(8);
    for (const word of letter.match(/\S+\s*/g) ?? []) {
      await sleep(50, undefined, { signal: ctx.signal });
      ctx.token(word, { messageId: 'letter' });
    }
    return (await ctx.ask('Send it?')) === true ? 'sent' : 'kept';
  },
});

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('app.tsx', import.meta.url))],
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  write: false,
  define: { 'process.env.NODE_ENV': '"production"' },
});
// What closes a script may stand in a text of it.
const script = outputFiles[0]?.text.replaceAll('</script', '<\\/script');
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Letters</title>
<style>body { max-width: 40rem; margin: 2rem auto; font: 1rem/1.5 system-ui, sans-serif; }</style>
<div id="root"></div>
<script type="module">${script}</script>
`;

const engine = createEngine({ agents: [writer] });
const server = createServer(createNodeListener(engine, { page }));
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Open http://127.0.0.1:${address?.port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Every page that watches gets the last event before the connections end.
    await engine.close();
    server.close();
    server.closeAllConnections();
  });
}
