import { newId } from '../../time/new-id.ts';
import { breach, type Law } from '../law.ts';
import { eventually, law, type BackendLab } from './backend-lab.ts';
import { LawRun, leaseOf, membershipOf, recordOf, seen } from './law-run.ts';
import { withBackend } from './life-laws.ts';
import { mustEqual } from './must-equal.ts';

/** Only where several processes use one store: what one does the others see, and a stale owner is fenced. */
export const sharedLaws: readonly Law<BackendLab>[] = [
  law('shows one process what another one wrote, and rings there', (one, lab) =>
    withBackend(lab, async other => {
      const run = await LawRun.create(one, lab);
      let hints = 0;
      const stop = other.log.watch(run.key, () => hints++);
      await run.write('a', 'b');
      await eventually(lab, 'a hint in the other process', () => hints > 0);
      const answer = await other.log.read(run.key, { after: 0, limit: 10 });
      if (answer.result !== 'page') return breach(`expected a page, got "${answer.result}"`);
      mustEqual(seen(answer.entries), seen(run.written), 'events');
      mustEqual(await other.directory.create({ ...run.record }), { result: 'exists' }, 'the same id');
      stop();
    }),
  ),

  law('tells the other process of records', (one, lab) =>
    withBackend(lab, async other => {
      const record = recordOf(lab);
      const told: string[] = [];
      const stop = other.directory.watch(news => {
        if (news.news !== 'removed' && news.record.runId === record.runId) told.push(news.news);
      });
      await one.directory.create(record);
      await eventually(lab, 'news in the other process', () => told.includes('created'));
      stop();
    }),
  ),

  law('fences an owner that was replaced, but knows what it wrote', (one, lab) =>
    withBackend(lab, async other => {
      const run = await LawRun.create(one, lab);
      const written = await run.write('a');
      await membershipOf(other);
      const claim = () => leaseOf(other).claim(run.key);
      mustEqual(await claim(), 'held', 'a claim while the owner lives');
      await (await membershipOf(one)).leave();
      await eventually(lab, 'a claim after the owner left', async () => (await claim()) !== 'held');
      mustEqual(await run.append(run.batch(['b'])), { result: 'fenced' }, 'an append of the former owner');
      mustEqual((await run.append(written)).result, 'duplicate', 'a repeated append of the former owner');
    }),
  ),

  law(
    'gives a run that its owner gives up to whoever claims it, and takes nothing more of that one',
    (one, lab) =>
      withBackend(lab, async other => {
        const run = await LawRun.create(one, lab);
        const written = await run.write('a');
        await membershipOf(other);
        await leaseOf(other).free(run.key);
        mustEqual(await leaseOf(other).claim(run.key), 'held', 'a claim after somebody else gave it up');
        await leaseOf(one).free(run.key);
        mustEqual(await run.append(run.batch(['b'])), { result: 'fenced' }, 'an append of the former owner');
        mustEqual((await run.append(written)).result, 'duplicate', 'a repeated append of the former owner');
        const named = (await leaseOf(other).dead()).some(({ keys }) => keys.includes(run.key));
        mustEqual(named, true, 'whether a run that was given up is named among those without an owner');
        const claimed = await leaseOf(other).claim(run.key);
        if (claimed === 'held')
          breach('expected a claim of a run that was given up to be granted, got "held"');
        mustEqual(await leaseOf(one).claim(run.key), 'held', 'a claim of the former owner');
      }),
  ),

  law('gives a run to whoever forces it, and tells its owner the fence it has', (one, lab) =>
    withBackend(lab, async other => {
      const run = await LawRun.create(one, lab);
      await run.write('a');
      await membershipOf(other);
      const forced = await leaseOf(other).claim(run.key, { force: true });
      if (forced === 'held') return breach('expected a forced claim to be granted, got "held"');
      mustEqual(await run.append(run.batch(['b'])), { result: 'fenced' }, 'an append of the former owner');
      mustEqual(await leaseOf(one).claim(run.key), 'held', 'a claim of the former owner');
      mustEqual(await leaseOf(other).claim(run.key), forced, 'a claim of the owner');
      mustEqual(await leaseOf(other).claim(run.key, { force: true }), forced, 'a forced claim of the owner');
      if (!other.commands) return breach('expected a shared backend to have commands');
      await other.commands.send(run.key, { command: 'cancel', reason: 'enough' }, newId());
      const back = await leaseOf(one).claim(run.key, { force: true });
      if (back === 'held') return breach('expected a forced claim to be granted, got "held"');
      mustEqual(back.cancel, { reason: 'enough' }, 'the cancel that waits');
      if (back.fence === forced.fence) breach('expected another owner to have another fence');
    }),
  ),

  law('puts a cancel that waits before any other end', async (backend, lab) => {
    if (!backend.commands) return breach('expected a shared backend to have commands');
    const run = await LawRun.create(backend, lab);
    await backend.commands.send(run.key, { command: 'cancel', reason: 'enough' }, newId());
    const refused = await run.append(run.batch(['done'], 'complete'));
    mustEqual(refused, { result: 'cancelRequested', reason: 'enough' }, 'another end');
    await run.end('cancelled');
  }),
];
