/** The text of a module with an agent that says a thousand things a second: tokens, and a tool now and then. */
export const hurries = `
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
export const hurries = { name: 'hurries', run: async (ctx, { events }) => {
  const begin = Date.now();
  for (let sent = 0; sent < events; ) {
    const due = Math.min(events, Date.now() - begin);
    for (; sent < due; sent++) {
      const callId = String(sent - (sent % 50));
      if (sent % 50 === 0) await ctx.emit('tool.called', { callId, tool: 'fetch', args: { sent } });
      else if (sent % 50 === 25) await ctx.emit('tool.completed', { callId, result: 1, durationMs: 25 });
      else ctx.token(sent % 12 === 0 ? 'word\\n\\n' : 'word ');
    }
    await sleep(4);
  }
} };
`;
