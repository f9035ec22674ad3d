import type { Backend, Command, Commands } from '../../backends/backend.ts';
import { isSluiceError } from '../../errors/sluice-error.ts';
import { newId } from '../../time/new-id.ts';
import { breach, type Law } from '../law.ts';
import { eventually, law, type BackendLab } from './backend-lab.ts';
import { instanceOf, LawRun, leaseOf, membershipOf, recordOf, seen } from './law-run.ts';
import { withBackend } from './life-laws.ts';
import { mustEqual } from './must-equal.ts';

/** Commands that may wait for the owner of one run, whatever the backend. */
const MOST_COMMANDS = 10_000;

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
      await commandsOf(other).send(run.key, { command: 'cancel', reason: 'enough' }, newId());
      const back = await leaseOf(one).claim(run.key, { force: true });
      if (back === 'held') return breach('expected a forced claim to be granted, got "held"');
      mustEqual(back.cancel, { reason: 'enough' }, 'the cancel that waits');
      if (back.fence === forced.fence) breach('expected another owner to have another fence');
    }),
  ),

  law('puts a cancel that waits before any other end', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await commandsOf(backend).send(run.key, { command: 'cancel', reason: 'enough' }, newId());
    const refused = await run.append(run.batch(['done'], 'complete'));
    mustEqual(refused, { result: 'cancelRequested', reason: 'enough' }, 'another end');
    await run.end('cancelled');
  }),

  law('hands a command to the owner once, and what that one says to whoever asks', (one, lab) =>
    withBackend(lab, async other => {
      const run = await LawRun.create(one, lab);
      await run.write('a');
      await membershipOf(other);
      const [mine, theirs] = [one, other].map(commandsOf) as [Commands, Commands];
      const [first, second] = [newId(), newId()];
      for (const id of [first, second, first]) await theirs.send(run.key, answerOf(id), id);
      mustEqual(await theirs.take(instanceOf(other)), [], 'commands for who is not the owner');
      const taken = await mine.take(instanceOf(one));
      const expected = [first, second].map(id => ({ key: run.key, id, command: answerOf(id) }));
      mustEqual(taken, expected, 'commands for the owner');
      await theirs.send(run.key, answerOf(first), first);
      mustEqual(await mine.take(instanceOf(one)), [], 'commands that came again');
      mustEqual(await theirs.outcome(run.key, first), undefined, 'what was said before the owner did');
      const refused = {
        outcome: 'refused',
        code: 'BAD_ANSWER',
        message: 'no',
        details: { issues: ['x'] },
      } as const;
      await mine.settle(run.key, first, refused);
      mustEqual(await theirs.outcome(run.key, first), refused, 'what the owner said');
      mustEqual(await theirs.outcome(run.key, second), undefined, 'what was said to another command');
      await run.end();
      mustEqual(await theirs.outcome(run.key, second), 'ended', 'what was said after the end');
      mustEqual(await theirs.outcome(run.key, first), refused, 'what was said before the end');
    }),
  ),

  law('bounds what waits for an owner, but takes a cancel', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    const commands = commandsOf(backend);
    let sent = 0;
    const send = async (): Promise<unknown> => {
      const id = newId();
      try {
        await commands.send(run.key, answerOf(id), id);
      } catch (error) {
        return error;
      }
      sent++;
      return undefined;
    };
    let refusal: unknown;
    while (!(refusal = await send()) && sent <= MOST_COMMANDS);
    if (!isSluiceError(refusal, 'COMMANDS_FULL'))
      breach(`expected COMMANDS_FULL after at most ${MOST_COMMANDS} commands, got ${String(refusal)}`);
    await commands.send(run.key, { command: 'cancel', reason: 'enough' }, newId());
    const taken = await commands.take(instanceOf(backend));
    mustEqual(taken.length, sent + 1, 'commands that were taken');
    mustEqual(taken.at(-1)!.command, { command: 'cancel', reason: 'enough' }, 'the last one');
    mustEqual(await send(), undefined, 'the refusal after the owner took them');
  }),
];

function commandsOf({ commands }: Backend): Commands {
  return commands ?? breach('expected a shared backend to have commands');
}

function answerOf(askId: string): Command {
  return { command: 'answer', askId, value: { to: askId } };
}
