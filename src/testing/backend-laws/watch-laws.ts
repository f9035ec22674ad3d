import type { Law } from '../law.ts';
import { eventually, law, type BackendLab } from './backend-lab.ts';
import { LawRun } from './law-run.ts';
import { mustEqual } from './must-equal.ts';

/** Hints may come late, twice or for nothing, but the last one comes. */
export const watchLaws: readonly Law<BackendLab>[] = [
  law('rings after an append, and then the event can be read', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    let tip = 0;
    const stop = backend.log.watch(run.key, () => {
      void run.page({ limit: 0 }).then(
        page => (tip = Math.max(tip, page.tip)),
        // A hint that comes too late finds the backend closed.
        () => undefined,
      );
    });
    for (let count = 1; count <= 5; count++) {
      await run.write(`event ${count}`);
      await eventually(lab, `a hint that leads to event ${count}`, () => tip === count);
    }
    stop();
  }),

  law('rings after a trim and after an erasure', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a', 'b');
    let hints = 0;
    const stop = backend.log.watch(run.key, () => hints++);
    await backend.log.trim(run.key, 1);
    await eventually(lab, 'a hint after a trim', () => hints > 0);
    const before = hints;
    await backend.directory.delete(run.key);
    await eventually(lab, 'a hint after an erasure', () => hints > before);
    mustEqual(await run.read(), { result: 'absent' }, 'read after the erasure');
    stop();
  }),

  law('rings nobody after the end of a watch, and everybody else', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    let left = 0;
    let stayed = 0;
    const leave = backend.log.watch(run.key, () => left++);
    const stop = backend.log.watch(run.key, () => stayed++);
    leave();
    leave();
    await run.write('a');
    await eventually(lab, 'a hint for the one who stayed', () => stayed > 0);
    mustEqual(left, 0, 'hints for the one who left');
    stop();
  }),

  law('lets no watcher harm another or the writer', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const hints: string[] = [];
    const stops = [
      backend.log.watch(run.key, () => {
        throw new Error('planted');
      }),
      backend.log.watch(run.key, () => {
        hints.push('leaver');
        stops[1]!();
        stops.push(backend.log.watch(run.key, () => hints.push('joiner')));
      }),
      backend.log.watch(run.key, () => hints.push('stayer')),
    ];
    await run.write('a');
    await eventually(lab, 'a hint for the one who stayed', () => hints.includes('stayer'));
    await run.write('b');
    await eventually(lab, 'a hint for the one who came', () => hints.includes('joiner'));
    mustEqual(hints.filter(hint => hint === 'leaver').length, 1, 'hints for the one who left');
    for (const stop of stops) stop();
  }),

  law('tells of records as they are created, changed and removed', async (backend, lab) => {
    const news: string[] = [];
    let mine = '';
    const stopBad = backend.directory.watch(() => {
      throw new Error('planted');
    });
    const stop = backend.directory.watch(item => {
      const { runId } = item.news === 'removed' ? item : item.record;
      const status = item.news === 'removed' ? '' : ` ${item.record.status}`;
      news.push(`${item.news}${status} ${runId}`);
    });
    const run = await LawRun.create(backend, lab, { status: 'accepted' });
    mine = run.record.runId;
    await backend.directory.update(run.key, { status: 'running' });
    await backend.directory.delete(run.key);
    const told = () => news.filter(text => text.endsWith(mine)).map(text => text.slice(0, -mine.length - 1));
    await eventually(lab, 'news of a removed run', () => told().includes('removed'));
    mustEqual(told(), ['created accepted', 'changed running', 'removed'], 'news');
    stop();
    stopBad();
    const last = news.length;
    await backend.directory.delete((await LawRun.create(backend, lab)).key);
    mustEqual(news.length, last, 'news after the end of the watch');
  }),
];
