// @ts-check
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, defineAgent } from 'sluice';
import { createNodeListener } from 'sluice/http';

const chat = defineAgent({
  name: 'chat',
  run: async (ctx, input) => {
    for await (const word of model(String(input), ctx.signal)) ctx.token(word);
  },
});

/**
 * Stands for your model. Whoever passes the signal on stops paying when somebody presses the button.
 *
 * @param {string} prompt
 * @param {AbortSignal} signal
 */
async function* model(prompt, signal) {
  const answer = `You said “${prompt}”. I could talk about that for a long time. `.repeat(20);
  for (const word of answer.match(/\S+\s*/g) ?? []) {
    await sleep(60, undefined, { signal });
    yield word;
  }
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Chat</title>
<style>
  body { max-width: 40rem; margin: 2rem auto; font: 1rem/1.5 system-ui, sans-serif; }
  form { display: flex; gap: 0.5rem; }
  input { flex: 1; }
  i { color: gray; }
</style>
<div id="talk" aria-live="polite"></div>
<form>
  <input aria-label="Message" required autofocus>
  <button>Send</button>
  <button type="button" id="stop" disabled>Stop</button>
</form>
<script>
  const [talk, form, input, stop] = ['#talk', 'form', 'input', '#stop'].map(name => document.querySelector(name));
  const post = (url, body) => fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  form.onsubmit = async event => {
    event.preventDefault();
    talk.append(line('b', input.value));
    const answer = await post('/runs', { agent: 'chat', input: input.value });
    const { runId, detail } = await answer.json();
    if (!answer.ok) return talk.append(line('i', detail));
    form.reset();
    location.hash = runId;
    follow(runId);
  };

  // After a reload, the answer that was under way goes on.
  if (location.hash) follow(location.hash.slice(1));

  function follow(runId) {
    const text = talk.appendChild(line('span', ''));
    stop.disabled = false;
    stop.onclick = () => post('/runs/' + runId + '/cancel', { reason: 'the button' });
    // Reconnects by itself, and goes on behind the last event it has. Without names of events, since an event
    // named "error" could not be told from the browser's own.
    const events = new EventSource('/runs/' + runId + '/events?frames=message');
    events.onmessage = ({ data }) => {
      const item = JSON.parse(data);
      if (item.notice === 'reset') text.textContent = '';
      if (item.type === 'token') text.textContent += item.data.content;
      if (item.final) {
        events.close();
        stop.disabled = true;
        text.append(line('i', item.type));
      }
    };
  }

  function line(tag, words) {
    const element = document.createElement(tag);
    element.style.display = 'block';
    element.textContent = words;
    return element;
  }
</script>
`;

const engine = createEngine({ agents: [chat] });
const server = createServer(createNodeListener(engine, { page }));
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Open http://127.0.0.1:${address?.port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Every answer that is under way gets its last event before the connections end.
    await engine.close();
    server.close();
  });
}
