import { describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import { RunListFeed, type ListNews } from '../../../src/bridges/sse/run-list-feed.ts';
import type { SseBytes } from '../../../src/bridges/sse/sse-bytes.ts';

interface Shown {
  readonly runId: string;
  readonly isListed: boolean;
}

const text = (bytes: SseBytes | undefined): string => Buffer.from(bytes?.plain ?? []).toString();
const frame = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

describe('the live list', () => {
  const listen = async (): Promise<{
    news: Subject<ListNews<Shown>>;
    feed: RunListFeed<Shown>;
    lists: () => number;
  }> => {
    const news = new Subject<ListNews<Shown>>();
    let lists = 0;
    const list = (): Promise<unknown> => Promise.resolve({ runs: [], lists: ++lists });
    const view = ({ isListed, ...shown }: Shown): unknown => (isListed ? shown : undefined);
    const feed = new RunListFeed<Shown>({ list, news, view });
    await feed.begin();
    return { news, feed, lists: () => lists };
  };

  it('tells of each run once for all changes that wait, and of those that leave', async () => {
    const { news, feed } = await listen();
    expect(text(await feed.next())).toBe(frame('runs', { runs: [], lists: 1 }));
    for (let i = 0; i < 3; i++) news.next({ news: 'changed', record: { runId: 'a', isListed: true } });
    news.next({ news: 'changed', record: { runId: 'b', isListed: false } });
    news.next({ news: 'removed', runId: 'c' });
    expect(text(await feed.next())).toBe(
      frame('run', { runId: 'a' }) + frame('removed', { runId: 'b' }) + frame('removed', { runId: 'c' }),
    );
    expect(await feed.next()).toBeUndefined();
    feed.close();
    expect(news.observed).toBe(false);
  });

  it('gives the list anew to one who is far behind', async () => {
    const { news, feed, lists } = await listen();
    await feed.next();
    for (let i = 0; i < 5_000; i++)
      news.next({ news: 'created', record: { runId: `r${i}`, isListed: true } });
    expect(text(await feed.next())).toBe(frame('runs', { runs: [], lists: 2 }));
    news.next({ news: 'removed', runId: 'r1' });
    expect(text(await feed.next())).toBe(frame('removed', { runId: 'r1' }));
    expect(lists()).toBe(2);
  });
});
