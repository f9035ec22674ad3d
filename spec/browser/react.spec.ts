import { describe, expect, it } from '@jest/globals';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createClient } from '../../src/client/index.ts';
import { until } from '../support/settle.ts';
import { PATIENCE, reactLab } from './react-lab.ts';
import { App, type Lab, type Shown } from './react-page.ts';

declare const lab: Lab;

describe.each(['19', '18'])('useRun under React %s', react => {
  const it_ = (name: string, act: () => Promise<void>): void => it(name, act, PATIENCE);
  const own = reactLab(react);
  const told = async (id: string, ...words: readonly string[]) => {
    const writer = await own.engine.open({ id });
    for (const word of words) writer.token(word, { messageId: 'm' });
    await writer.drained();
    return writer;
  };

  it_('opens one connection though StrictMode mounts twice, and none stays', async () => {
    const writer = await told('run', 'Hello ');
    // What is given up at once may never reach the server.
    await own.page.evaluate(() => {
      const { fetch } = window;
      Object.assign(window, { sent: 0 });
      window.fetch = (...args) => {
        Object.assign(window, { sent: Reflect.get(window, 'sent') + 1 });
        return fetch(...args);
      };
    });
    await own.show({ run: 'run' });
    await own.sees({ text: 'Hello ', connection: 'open' });
    writer.token('there', { messageId: 'm' });
    await own.sees({ text: 'Hello there' });
    expect([own.asked('/state').length, own.asked('/events').length, own.streams]).toEqual([1, 1, 1]);
    expect(await own.page.evaluate(() => Number(Reflect.get(window, 'sent')))).toBe(2);
    await own.page.evaluate(() => lab.unmount());
    await until(() => own.streams === 0);
    await own.show({ run: 'run' });
    await own.sees({ text: 'Hello there', connection: 'open' });
    expect(own.streams).toBe(1);
  });

  it_('shares one connection between all who show the run', async () => {
    const writer = await told('run', 'a');
    await own.show({ run: 'run', viewers: 5, isPlain: true });
    await own.sees({ text: 'a', connection: 'open' });
    await own.show({ run: 'run', viewers: 1, isPlain: true });
    writer.token('b', { messageId: 'm' });
    await own.sees({ text: 'ab' });
    expect([own.asked('/state').length, own.asked('/events').length, own.streams]).toEqual([1, 1, 1]);
    await own.show({ viewers: 0 });
    await until(() => own.streams === 0);
  });

  it_('begins with what the run adds up to, and reads only what comes behind', async () => {
    const words = Array.from({ length: 300 }, (_, at) => `${at} `);
    const writer = await told('run', ...words);
    await own.show({ run: '/runs/run/events' });
    await own.sees({ text: words.join(''), connection: 'open' });
    expect(own.asked('/events')[0]).toMatch(/after=\w+\.301\./);
    await writer.complete();
    await own.sees({ status: 'completed', connection: 'closed', isStale: false, seen: 302 });
    await until(() => own.streams === 0);
  });

  it_('goes on where it was after a reload in the middle', async () => {
    const writer = await told('run', 'one ');
    await own.show({ run: 'run' });
    await own.sees({ text: 'one ' });
    const reloaded = own.goTo();
    for (const word of ['two ', 'three ']) writer.token(word, { messageId: 'm' });
    await reloaded;
    await own.show({ run: 'run' });
    await own.sees({ text: 'one two three ', connection: 'open' });
    writer.token('four', { messageId: 'm' });
    await writer.complete();
    await own.sees({ text: 'one two three four', status: 'completed', seen: 6 });
  });

  it_('says that it is stale while the server is lost, and loses nothing', async () => {
    const writer = await told('run', 'one ');
    await own.show({ run: 'run' });
    await own.sees({ text: 'one ', connection: 'open', isStale: false });
    const { target } = own.proxy;
    own.proxy.target = 1;
    own.proxy.cutAll();
    await own.sees({ connection: 'waiting', isStale: true, code: 'CONNECTION_LOST', text: 'one ' });
    writer.token('two ', { messageId: 'm' });
    await writer.drained();
    own.proxy.target = target;
    await own.page.evaluate(() => void window.dispatchEvent(new Event('focus')));
    await own.sees({ text: 'one two ', connection: 'open', isStale: false });
    expect((await own.seen()).code).toBeUndefined();
    expect(own.asked('/state')).toHaveLength(1);
  });

  it_('waits for a server that is not there yet', async () => {
    await told('run', 'late');
    const { target } = own.proxy;
    own.proxy.target = 1;
    own.proxy.cutAll();
    await own.show({ run: 'run' });
    await own.sees({ connection: 'waiting', isStale: true });
    own.proxy.target = target;
    await own.page.evaluate(() => void window.dispatchEvent(new Event('online')));
    await own.sees({ text: 'late', connection: 'open', isStale: false });
  });

  it_('asks again when somebody looks at a page that has long been quiet', async () => {
    await told('run', 'one');
    await own.show({ run: 'run' });
    await own.sees({ text: 'one', connection: 'open' });
    const look = () => own.page.evaluate(() => void window.dispatchEvent(new Event('focus')));
    await look();
    await own.page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 60_000;
    });
    await look();
    await until(() => own.asked('/events').length === 2 && own.streams === 1);
    await look();
    await own.sees({ connection: 'open', isStale: false });
    expect([own.asked('/state').length, own.asked('/events').length]).toEqual([1, 2]);
  });

  it_('shows nothing of the former run when it is given another', async () => {
    await told('first', 'of the first');
    await told('second', 'of the second');
    await own.show({ run: 'first' });
    await own.sees({ text: 'of the first', connection: 'open' });
    await own.show({ run: 'second' });
    await own.sees({ text: 'of the second', connection: 'open' });
    for (const { runId, text } of await own.history()) {
      expect(['', `of the ${runId}`]).toContain(text);
    }
    expect(own.streams).toBe(1);
    await own.show({});
    await own.sees({ text: '', connection: 'idle' });
    await until(() => own.streams === 0);
  });

  it_('cancels, and tells what went wrong as a value', async () => {
    await told('run', 'a');
    await (await told('done')).complete();
    await own.show({ run: 'run' });
    await own.sees({ connection: 'open' });
    expect(await own.page.evaluate(() => lab.run.cancel('enough'))).toBeUndefined();
    await own.sees({ status: 'cancelled', connection: 'closed' });
    await own.show({ run: 'done' });
    await own.sees({ status: 'completed', connection: 'closed' });
    expect(await own.page.evaluate(async () => (await lab.run.cancel())?.code)).toBe('RUN_ENDED');
  });

  it_('answers questions', async () => {
    const { defineAgent } = await import('../../src/engine/define-agent.ts');
    const agent = defineAgent({ name: 'asks', run: ctx => ctx.ask('Sure?') });
    const run = await own.engine.start(agent, { id: 'run' });
    await own.show({ run: 'run' });
    await own.sees({ status: 'waiting', connection: 'open' });
    const codes = await own.page.evaluate(async () => [
      (await lab.run.answer('none', true))?.code,
      (await lab.run.answer(lab.run.asks[0]!.askId, true))?.code,
    ]);
    expect(codes).toEqual(['ASK_NOT_FOUND', undefined]);
    await own.sees({ status: 'completed', asks: [] });
    expect(await run.result).toBe(true);
  });

  it_('renders once a frame, however many events come', async () => {
    const writer = await told('run', 'go');
    await own.show({ run: 'run', isPlain: true });
    await own.sees({ connection: 'open' });
    const before = await own.page.evaluate(() => [lab.renders, lab.frames, performance.now()] as const);
    for (let at = 0; at < 1_000; at++) {
      writer.token('x', { messageId: 'm' });
      // Each one is sent by itself.
      await writer.drained();
      await new Promise(resolve => setImmediate(resolve));
    }
    await own.sees({ text: `go${'x'.repeat(1_000)}` });
    const after = await own.page.evaluate(() => [lab.renders, lab.frames, performance.now()] as const);
    const [renders, frames, elapsed] = after.map((value, at) => value - before[at]!) as [
      number,
      number,
      number,
    ];
    // One for each frame, and one for each 100 ms in which there was none.
    expect(renders).toBeLessThanOrEqual(frames + elapsed / 100 + 2);
    expect(renders).toBeLessThan(900);
  });

  it_('keeps the newest events, also those from before it came', async () => {
    const writer = await told('run', ...'abcdefgh');
    await own.show({ run: 'run', events: 4 });
    await own.sees({ text: 'abcdefgh', events: [6, 7, 8, 9], seen: 9 });
    writer.token('i', { messageId: 'm' });
    await own.sees({ text: 'abcdefghi', events: [7, 8, 9, 10], seen: 10 });
    await own.show({ run: 'run', events: 6 });
    await own.sees({ text: 'abcdefghi', events: [5, 6, 7, 8, 9, 10], seen: 10 });
    await writer.complete();
    await own.sees({ status: 'completed', connection: 'closed', seen: 11 });
  });

  it_('tells that there is no such run as a value, and looks again when somebody comes back', async () => {
    await own.show({ run: 'run' });
    await own.sees({ connection: 'closed', code: 'RUN_NOT_FOUND' });
    await told('run', 'here');
    await own.page.evaluate(() => void window.dispatchEvent(new Event('focus')));
    await own.sees({ text: 'here', connection: 'open' });
    expect((await own.seen()).code).toBeUndefined();
  });

  it_('throws to an error boundary if it shall', async () => {
    own.allow(/SluiceError: run|error boundary/);
    await own.show({ run: 'run', throwErrors: true });
    await own.page.getByText('RUN_NOT_FOUND').waitFor();
    await until(() => own.streams === 0);
  });

  it_('tells of a run that is gone, and still shows what was read', async () => {
    await told('run', 'one');
    await own.show({ run: 'run' });
    await own.sees({ text: 'one', connection: 'open' });
    await own.swapServer();
    await own.sees({ connection: 'closed', code: 'RUN_NOT_FOUND', text: 'one', isStale: true });
    const look = () => own.page.evaluate(() => void window.dispatchEvent(new Event('focus')));
    const { length } = own.asked('/state');
    await look();
    await until(() => own.asked('/state').length > length);
    await own.sees({ connection: 'closed', code: 'RUN_NOT_FOUND', text: 'one', isStale: true });
    await told('run', 'anew');
    await own.page.evaluate(() => lab.run.retry());
    await own.sees({ text: 'anew', connection: 'open', isStale: false });
  });

  it_('tells of an address that is none', async () => {
    await own.show({ run: '/runs' });
    await own.sees({ connection: 'closed', code: 'BAD_OPTION' });
    expect(own.requests).toEqual([]);
  });

  it_('begins with the state of a page that a server has made', async () => {
    const writer = await told('run', 'made ');
    const initial = await createClient(own.proxy.url).state('run');
    const shown: Shown = { run: 'run', initial };
    const html = renderToString(createElement(App, { shown }));
    expect(html).toContain('run running made ');
    await own.goTo(html);
    const before = own.asked('/state').length;
    await own.page.evaluate(what => lab.hydrate(what), JSON.stringify(shown));
    await own.sees({ text: 'made ', connection: 'open' });
    writer.token('here', { messageId: 'm' });
    await own.sees({ text: 'made here', seen: 3 });
    expect(own.asked('/state')).toHaveLength(before);
  });

  it_('sends what the client of a provider sends', async () => {
    await told('run', 'a');
    await own.show({ run: 'run', token: 'someone' });
    await own.sees({ connection: 'open' });
    await own.page.getByRole('button').click();
    await until(() => own.requests.includes('POST /runs'));
    expect(new Set(own.credentials)).toEqual(new Set(['Bearer someone']));
  });
});
