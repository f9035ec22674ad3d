import { describe, expect, it } from '@jest/globals';
import { until } from '../support/settle.ts';
import { PATIENCE, reactLab } from './react-lab.ts';
import type { Lab } from './react-page.ts';

declare const lab: Lab;

describe.each(['19', '18'])('useRuns under React %s', react => {
  const it_ = (name: string, act: () => Promise<void>): void => it(name, act, PATIENCE);
  const own = reactLab(react);
  const lists = () => own.requests.filter(request => request.startsWith('GET /runs?')).length;
  const opened = async (...ids: readonly string[]) => {
    // Runs of one millisecond are in the order of their ids.
    for (const id of ids) {
      await own.engine.open({ id, labels: { from: 'spec' } });
      const now = Date.now();
      await until(() => Date.now() > now);
    }
  };
  const has = async (wanted: readonly string[]) => {
    const ids = () => own.page.evaluate(() => lab.list.runs.map(({ runId }) => runId));
    await own.page
      .waitForFunction(
        expected => lab.list?.runs.map(({ runId }) => runId).join() === expected,
        wanted.join(),
      )
      .catch(async () => expect(await ids()).toEqual(wanted));
  };

  it_('shows runs, newest first, as they change', async () => {
    await opened('a', 'b');
    await own.show({ list: {} });
    await has(['b', 'a']);
    await opened('c');
    await has(['c', 'b', 'a']);
    await own.engine.runs.cancel('b');
    await own.page.getByText('b cancelled').waitFor();
    await own.engine.runs.delete('b');
    await has(['c', 'a']);
    expect([lists(), own.streams]).toEqual([1, 1]);
    await own.page.evaluate(() => lab.unmount());
    await until(() => own.streams === 0);
  });

  it_('shows as many as it was asked for, and pages more of them, all live', async () => {
    await opened('a', 'b', 'c', 'd', 'e');
    await own.show({ list: { limit: 2 } });
    await has(['e', 'd']);
    await own.engine.runs.cancel('e');
    await own.page.getByText('e cancelled').waitFor();
    await own.engine.runs.delete('e');
    await has(['d']);
    // There are others between these two.
    for (const id of ['a', 'd']) await own.engine.runs.cancel(id);
    await own.page.getByText('d cancelled').waitFor();
    await has(['d']);
    await opened('f', 'g');
    await has(['g', 'f']);
    const load = () =>
      own.page.evaluate(() => {
        const { hasMore } = lab.list;
        lab.list.loadMore();
        // A second click while more is on its way asks for nothing more.
        lab.list.loadMore();
        return hasMore;
      });
    expect(await load()).toBe(true);
    await has(['g', 'f', 'd', 'c']);
    expect(await load()).toBe(true);
    await has(['g', 'f', 'd', 'c', 'b', 'a']);
    expect(await load()).toBe(false);
    await own.engine.runs.cancel('b');
    await own.page.getByText('b cancelled').waitFor();
    await until(() => own.streams === 1);
    expect(lists()).toBe(3);
  });

  it_('is stale while the server is lost, and then shows what it missed', async () => {
    await opened('a');
    await own.show({ list: {} });
    await has(['a']);
    const { target } = own.proxy;
    own.proxy.target = 1;
    own.proxy.cutAll();
    await own.page.waitForFunction(() => lab.list.isStale && lab.list.connection === 'waiting');
    await opened('b');
    own.proxy.target = target;
    await own.page.evaluate(() => void window.dispatchEvent(new Event('focus')));
    await has(['b', 'a']);
    expect(await own.page.evaluate(() => [lab.list.isStale, lab.list.connection])).toEqual([false, 'open']);
  });

  it_('tells what the server refuses as a value', async () => {
    await own.show({ list: { limit: 5_000 } });
    await own.page.waitForFunction(() => lab.list.connection === 'closed');
    expect(await own.page.evaluate(() => lab.list.error?.code)).toBe('BAD_REQUEST');
  });
});
