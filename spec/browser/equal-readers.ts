import { spawn } from 'node:child_process';
import { EventSource as PackagedEventSource } from 'eventsource';
import { createParser } from 'eventsource-parser';
import type { Page } from 'playwright-core';
import { connectRun } from '../../src/client/connect-run.ts';
import { dataFramesOf, lastIdOf } from '../http/sse-frames.ts';

/** Somebody who reads a run to its end, whatever happens to the connection. */
export interface Watcher {
  /** What came so far, as it was on the wire: one event each. */
  readonly seen: () => Promise<readonly unknown[]>;
  /** Resolves behind the final event. */
  readonly done: Promise<void>;
  readonly leave: () => void;
}

interface Item {
  readonly final?: boolean;
}

/** What collects, and who is told of the last one. */
function collecting() {
  const seen: Item[] = [];
  let resolve: () => void;
  const done = new Promise<void>(given => (resolve = given));
  const take = (item: Item): void => {
    seen.push(item);
    if (item.final) resolve();
  };
  return { seen, done, take, has: () => seen.some(({ final }) => final) };
}

/** The `EventSource` of Chromium, in a page of the same server. */
export async function browserWatcher(page: Page, url: string): Promise<Watcher> {
  await page.goto(new URL('/healthz', url).href);
  await page.evaluate(`(() => {
    window.seen = [];
    const source = new EventSource(${JSON.stringify(`${url}?frames=message`)});
    source.onmessage = ({ data }) => {
      window.seen.push(JSON.parse(data));
      if (window.seen.at(-1).final) source.close();
    };
  })()`);
  const isOver = () => page.waitForFunction('window.seen.at(-1)?.final === true', undefined, { timeout: 0 });
  return {
    seen: () => page.evaluate('window.seen'),
    done: isOver().then(() => undefined),
    leave: () => undefined,
  };
}

/** The package `eventsource`. */
export function packagedWatcher(url: string): Watcher {
  const { seen, done, take } = collecting();
  const source = new PackagedEventSource(`${url}?frames=message`);
  source.onmessage = ({ data }) => {
    const item = JSON.parse(data as string) as Item;
    if (item.final) source.close();
    take(item);
  };
  return { seen: () => Promise.resolve(seen), done, leave: () => source.close() };
}

/** `fetch` and the package `eventsource-parser`, coming back by hand. */
export function parsedWatcher(url: string): Watcher {
  const { seen, done, take, has } = collecting();
  const left = new AbortController();
  let lastId: string | undefined;
  const once = async (): Promise<void> => {
    const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
    const { body } = await fetch(url, { headers, signal: left.signal });
    const parser = createParser({
      onEvent: ({ id, data }) => {
        lastId = id ?? lastId;
        take(JSON.parse(data) as Item);
      },
    });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done: isOver, value } = await reader.read();
      if (isOver) return;
      parser.feed(value);
    }
  };
  void (async () => {
    while (!has() && !left.signal.aborted) await once().catch(() => undefined);
  })();
  return { seen: () => Promise.resolve(seen), done, leave: () => left.abort() };
}

/** The program `curl`, started again behind a cut. */
export function curlWatcher(url: string, ...args: readonly string[]): Watcher {
  const { seen, done, take, has } = collecting();
  let leave = (): void => undefined;
  let hasLeft = false;
  const once = (lastId: string | undefined): Promise<string> =>
    new Promise(resolve => {
      const header = lastId === undefined ? [] : ['-H', `Last-Event-ID: ${lastId}`];
      const child = spawn('curl', ['-sN', ...args, ...header, url], { stdio: ['ignore', 'pipe', 'ignore'] });
      leave = () => void child.kill();
      let text = '';
      let taken = 0;
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const frames = dataFramesOf(text);
        for (const { data } of frames.slice(taken)) take(JSON.parse(data!) as Item);
        taken = frames.length;
      });
      child.once('close', () => resolve(text));
    });
  void (async () => {
    let lastId: string | undefined;
    while (!has() && !hasLeft) lastId = lastIdOf(await once(lastId)) ?? lastId;
  })();
  return {
    seen: () => Promise.resolve(seen),
    done,
    leave: () => {
      hasLeft = true;
      leave();
    },
  };
}

/** The client of Sluice. */
export function clientWatcher(url: string): Watcher {
  const { seen, done, take } = collecting();
  const subscription = connectRun(url).subscribe({ next: item => take(item as Item) });
  return {
    seen: () => Promise.resolve(seen),
    done,
    leave: () => subscription.unsubscribe(),
  };
}
