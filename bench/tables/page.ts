// `node bench/tables.mjs page`, after `npm run build`: what the page of a run costs a browser while 1,000 events a second
// come, in time of its processor, which does not depend on what else the machine does; how soon it shows
// a first event, and a run of 10,000. Ends with 1 if a task took more than 50 ms of the processor.
import { existsSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { createEngine, type Engine } from '../../src/index.ts';
import { serveHttp } from '../../src/http/index.ts';
import { pageTasks, type PageTask } from '../../spec/browser/page-tasks.ts';
import { launchChrome } from '../../spec/support/launch-chrome.ts';

const BUILT = 'dist/dashboard/index.html';
const LONG = 50;
const SECONDS = 6;

/** A browser calls a task long from 50 ms on the clock, in which the machine may have done something else. */
const WATCH_LONG_TASKS = `
  window.longTasks = [];
  new PerformanceObserver(list => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: false });
`;

if (existsSync(BUILT)) await measure();
else console.log(`Skipped: there is no ${BUILT}. Run \`npm run build\` first.`);

async function measure(): Promise<void> {
  const engine = createEngine();
  const server = await serveHttp({ engine, port: 0, page: readFileSync(BUILT, 'utf8') });
  const browser = await launchChrome();
  try {
    const page = await browser.newPage();
    await page.addInitScript(WATCH_LONG_TASKS);
    await page.goto(server.url);
    // What it costs to begin is no part of it.
    await page.locator('#connection', { hasText: /^live$/ }).waitFor();
    await page.evaluate('window.longTasks.length = 0');
    report(await pageTasks(page, () => hurry(engine, page)));
    const long = await page.evaluate<number[]>('window.longTasks');
    console.log(
      `PerformanceObserver saw ${long.length} long tasks${long.length > 0 ? `, the longest of ${Math.max(...long)} ms on the clock` : ''}.`,
    );
    console.log(
      `The first event of a run is on the page ${await firstEventTime(engine, page, server.url)} ms after its address.`,
    );
    console.log(
      `A run of 10,000 events is on the page ${await joinTime(engine, page, server.url)} ms after its address.`,
    );
  } finally {
    await browser.close();
    await server.close();
    await engine.close();
  }
}

/** A run that says 1,000 things a second, and the page that shows it from the start to the end. */
async function hurry(engine: Engine, page: Page): Promise<void> {
  const run = await engine.start(async ctx => {
    const begin = Date.now();
    for (let sent = 0; sent < SECONDS * 1_000;) {
      const due = Math.min(SECONDS * 1_000, Date.now() - begin);
      for (; sent < due; sent++) {
        const callId = String(sent - (sent % 50));
        if (sent % 50 === 0) await ctx.emit('tool.called', { callId, tool: 'fetch', args: { sent } });
        else if (sent % 50 === 25) await ctx.emit('tool.completed', { callId, result: 1, durationMs: 25 });
        else ctx.token(sent % 12 === 0 ? 'word\n\n' : 'word ');
      }
      await new Promise(resolve => setTimeout(resolve, 4));
    }
  });
  await page.evaluate(`location.hash = 'run=${run.id}'`);
  await page.locator('.run .badge:text-is("completed")').waitFor({ timeout: 120_000 });
}

/** From the address of a run that has just begun, in a page that was not open, to its first event in the log. */
async function firstEventTime(engine: Engine, page: Page, url: string): Promise<number> {
  const run = await engine.start(ctx => ctx.ask('Enough?'));
  await page.goto('about:blank');
  const begin = performance.now();
  await page.goto(`${url}/#run=${run.id}`);
  await page.locator('.event:visible').first().waitFor();
  const taken = Math.round(performance.now() - begin);
  await run.cancel();
  return taken;
}

async function joinTime(engine: Engine, page: Page, url: string): Promise<number> {
  const run = await engine.start(async ctx => {
    for (let sent = 0; sent < 9_998; sent++) {
      ctx.token(sent % 12 === 0 ? 'word\n\n' : 'word ');
      if (sent % 500 === 0) await ctx.drained();
    }
  });
  await run.result;
  await page.goto('about:blank');
  const begin = performance.now();
  await page.goto(`${url}/#run=${run.id}`);
  await page.locator('.facts').getByText('10,000 events').waitFor();
  return Math.round(performance.now() - begin);
}

function report(tasks: readonly PageTask[]): void {
  const used = Math.max(0, ...tasks.map(task => task.used));
  const took = Math.max(0, ...tasks.map(task => task.took));
  const sum = tasks.reduce((all, task) => all + task.used, 0);
  const long = tasks.filter(task => task.used > LONG).length;
  console.log(
    `1,000 events a second for ${SECONDS} s: ${tasks.length} tasks, ${Math.round(sum)} ms of the processor in all; ` +
      `the longest took ${used.toFixed(0)} ms of it (${took.toFixed(0)} ms on the clock), ${long} more than ${LONG} ms.`,
  );
  if (long > 0 || tasks.length === 0) process.exitCode = 1;
}
