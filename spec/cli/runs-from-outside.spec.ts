import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { commandLab } from './command-lab.ts';

const asker = defineAgent({
  name: 'asker',
  run: async ctx => ({ ships: await ctx.ask('Ship it?', { schema: z.boolean() }) }),
});
const twice = defineAgent({
  name: 'twice',
  run: ctx => Promise.all([ctx.ask('One?'), ctx.ask('Two?')]),
});
const clerk = defineAgent({
  name: 'clerk',
  run: ctx => {
    ctx.token('Good ');
    ctx.token('day');
    return 'said';
  },
});
const failing = defineAgent({
  name: 'failing',
  run: () => {
    throw new Error('the model is away');
  },
});

const lab = commandLab({ agents: [asker, twice, clerk, failing] });
const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown);

async function ended(agent: string, id: string): Promise<void> {
  const run = await lab.engine.start(agent, { id });
  await run.result.catch(() => undefined);
}

describe('sluice runs', () => {
  it('lists runs as a table and as lines, filtered', async () => {
    await lab.engine.open({ id: 'mine', threadId: 't1', labels: { shop: 'north', by: 'me' } });
    await ended('clerk', 'other');
    const table = await lab.run(['runs']);
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/^RUN .*\nother +completed +clerk .*\nmine +running .*\n$/);
    const ids = async (...args: string[]) =>
      lines((await lab.run(['runs', '--json', ...args])).out).map(run => (run as { runId: string }).runId);
    expect(await ids()).toEqual(['other', 'mine']);
    expect(await ids('--thread', 't1')).toEqual(['mine']);
    expect(await ids('--label', 'shop=north', '--label', 'by=me')).toEqual(['mine']);
    expect(await ids('--status', 'completed,failed', '--agent', 'clerk')).toEqual(['other']);
    expect(await ids('--limit', '1')).toEqual(['other']);
    expect((await lab.run(['runs', '--thread', 'none'])).out).toBe('No runs.\n');
    expect((await lab.run(['runs', '--thread', 'none', '--json'])).out).toBe('');
  });

  it.each([
    [['--limit', '0'], '--limit: expected a number from 1 to 1000'],
    [['--label', 'x'], '--label: expected name=value'],
    [['--status', 'done'], 'status: expected accepted'],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await lab.run(['runs', ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('goes on with --watch until Ctrl-C', async () => {
    const watching = lab.start(['runs', '--watch', '--json']);
    await watching.says(/"news":"list"/);
    await lab.engine.open({ id: 'new' });
    await watching.says(/"news":"run","run":\{"runId":"new"/);
    watching.signal('SIGINT');
    expect(await watching.ended).toBe(130);
    expect(watching.said.err).toBe('');
  });
});

describe('sluice runs --stats', () => {
  it('counts runs by their status', async () => {
    await ended('clerk', 'a');
    await lab.engine.open({ id: 'b' });
    const { code, out } = await lab.run(['runs', '--stats']);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^accepted +0\nrunning +1\n[^]*completed +1\n[^]*total +2\n$/),
    ]);
    expect(lines((await lab.run(['runs', '--stats', '--json'])).out)).toEqual([
      await lab.engine.runs.stats(),
    ]);
    const { code: refused, err } = await lab.run(['runs', '--stats', '--status', 'failed']);
    expect([refused, err]).toEqual([2, expect.stringContaining('without --status')]);
  });
});

describe('sluice get', () => {
  it('shows what a run saved with --checkpoints, newest first', async () => {
    const writer = await lab.engine.open({ id: 'r' });
    expect(await lab.run(['get', 'r', '--checkpoints'])).toMatchObject({ code: 0, out: 'No checkpoints.\n' });
    await writer.checkpoint('one', { rows: 5 });
    await writer.checkpoint('two\u001b[2J', 'x'.repeat(200));
    const { code, out } = await lab.run(['get', 'r', '--checkpoints']);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^SEQ +TIME +NAME +DATA\n3 .*two.*"xxx.*…\n2 .*one +\{"rows":5\}\n$/),
    ]);
    expect(out).not.toContain('\u001b');
    expect(lines((await lab.run(['get', 'r', '--checkpoints', '--json'])).out)).toEqual(
      await lab.engine.runs.checkpoints('r'),
    );
  });

  it('shows one run, its questions and how to answer them', async () => {
    const run = await lab.engine.start('asker', { id: 'r', input: { n: 1 } });
    const waiting = lab.start(['tail', run.id]);
    await waiting.says(/Ship it/);
    const { code, out } = await lab.run(['get', 'r', '--url', lab.url]);
    expect(code).toBe(0);
    expect(out).toMatch(/status +waiting\n[^]*"n": 1[^]*Ship it\?\n +sluice answer r \S+ true --url http/);
    const whole = JSON.parse((await lab.run(['get', 'r', '--json'])).out) as object;
    expect(whole).toMatchObject({ runId: 'r', status: 'waiting', input: { n: 1 } });
    waiting.signal('SIGTERM');
    expect(await waiting.ended).toBe(143);
  });

  it('says that there is no such run, and what to do', async () => {
    expect(await lab.run(['get', 'none'])).toEqual({
      code: 5,
      out: '',
      err: expect.stringMatching(/^RUN_NOT_FOUND .*sluice runs\n$/),
    });
    const { err } = await lab.run(['get', 'none', '--json']);
    expect(lines(err)).toEqual([expect.objectContaining({ code: 'RUN_NOT_FOUND', exitCode: 5 })]);
  });
});

describe('sluice tail', () => {
  it('shows a run to its end, and as it is with --json', async () => {
    await ended('clerk', 'r');
    expect(await lab.run(['tail', 'r'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^● started clerk\nGood day\n✓ completed after \S+ \S+\n$/),
      err: '',
    });
    const { items } = await lab.engine.events.search('r');
    expect(lines((await lab.run(['tail', 'r', '--json'])).out)).toEqual(items);
    expect(lines((await lab.run(['tail', 'r', '--json', '--no-follow'])).out)).toEqual(items);
    expect(lines((await lab.run(['tail', 'r', '--json', '--from', '3', '--filter', 'minimal'])).out)).toEqual(
      items.slice(3),
    );
  });

  it('ends as the run did with --exit-status, and only then', async () => {
    await ended('failing', 'bad');
    const { result } = await lab.engine.start('asker', { id: 'cut' });
    await lab.engine.runs.cancel('cut');
    await result.catch(() => undefined);
    await ended('clerk', 'good');
    const code = async (...args: string[]) => (await lab.run(['tail', ...args])).code;
    expect(await code('bad', '--exit-status')).toBe(10);
    expect(await code('bad', '--exit-status', '--no-follow', '--json')).toBe(10);
    expect(await code('cut', '--exit-status')).toBe(11);
    expect(await code('good', '--exit-status')).toBe(0);
    expect(await code('bad')).toBe(0);
    const late = await lab.run(['tail', 'bad', '--from', 'now', '--exit-status']);
    expect(late).toEqual({ code: 10, out: '', err: expect.stringContaining('has ended before: failed') });
  });

  it('follows what comes, leaves what was, and cancels nothing when it is left', async () => {
    const writer = await lab.engine.open({ id: 'r' });
    writer.token('before');
    await writer.drained();
    const following = lab.start(['tail', 'r', '--json', '--from', 'now']);
    const whole = lab.start(['tail', 'r', '--json']);
    await whole.says(/before/);
    writer.step('after');
    await following.says(/after/);
    following.signal('SIGINT');
    expect(await following.ended).toBe(130);
    expect(following.said).toEqual({ out: expect.not.stringContaining('before'), err: '' });
    await writer.complete();
    expect(await whole.ended).toBe(0);
    expect((await lab.engine.runs.get('r')).status).toBe('completed');
  });

  it('stops behind what is stored with --no-follow, over many pages', async () => {
    const writer = await lab.engine.open({ id: 'r' });
    for (let at = 0; at < 1_200; at++) {
      writer.step(`s${at}`);
      await writer.drained();
    }
    const all = lines((await lab.run(['tail', 'r', '--json', '--no-follow'])).out) as { seq: number }[];
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_201 }, (_, at) => at + 1));
    const few = await lab.run(['tail', 'r', '--json', '--no-follow', '--filter', 'token']);
    expect(lines(few.out)).toHaveLength(1);
  });

  it.each([
    [['--from', 'yesterday'], 'BAD_CURSOR'],
    [['--filter', 'tokens'], 'BAD_FILTER'],
    [['--no-follow', '--filter', 'tokens'], 'BAD_FILTER'],
    [['--retries', '-1'], 'BAD_OPTION --retries'],
  ])('%j is refused', async (args, message) => {
    await ended('clerk', 'r');
    const { code, err } = await lab.run(['tail', 'r', ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('sluice replay', () => {
  it('plays what tail has shown', async () => {
    await ended('clerk', 'r');
    const { out } = await lab.run(['tail', 'r']);
    expect(await lab.run(['replay', 'r', '--speed', 'max'])).toEqual({ code: 0, out, err: '' });
    expect((await lab.run(['replay', 'r', '--speed', '1000'])).out).toBe(out);
    expect((await lab.run(['replay', 'r', '--speed', '0'])).code).toBe(2);
    expect((await lab.run(['replay', 'none'])).code).toBe(5);
  });
});

describe('sluice cancel', () => {
  it('asks a run to stop, says why, and refuses one that has ended', async () => {
    const run = await lab.engine.start('asker', { id: 'r' });
    const asked = await lab.run(['cancel', 'r', '--reason', 'late', '--json']);
    expect([asked.code, JSON.parse(asked.out)]).toEqual([0, { runId: 'r', result: 'requested' }]);
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect((await lab.engine.runs.get('r')).reason).toBe('late');
    expect(await lab.run(['cancel', 'r'])).toMatchObject({ code: 0, out: 'Run r is cancelled.\n' });
    await ended('clerk', 'done');
    expect(await lab.run(['cancel', 'done'])).toMatchObject({
      code: 6,
      err: expect.stringMatching(/^RUN_ENDED .*sluice get/),
    });
    expect((await lab.run(['cancel', 'none'])).code).toBe(5);
  });
});

describe('sluice answer', () => {
  it('answers the only open question by JSON', async () => {
    const run = await lab.engine.start('asker', { id: 'r' });
    expect(await lab.run(['answer', 'r', '"maybe"'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('BAD_ANSWER'),
    });
    expect(await lab.run(['answer', 'r', 'true', '--by', 'ada'])).toMatchObject({ code: 0, err: '' });
    expect(await run.result).toEqual({ ships: true });
    expect(await lab.run(['answer', 'r', 'true'])).toMatchObject({
      code: 6,
      err: expect.stringContaining('RUN_ENDED'),
    });
  });

  it('asks which of several is meant, and takes text', async () => {
    const run = await lab.engine.start('twice', { id: 'r' });
    const unclear = await lab.run(['answer', 'r', 'yes']);
    expect(unclear).toMatchObject({
      code: 2,
      err: expect.stringMatching(/2 open questions[^]*One\?[^]*Two\?/),
    });
    const [, one, two] = /answer r (\S+)[^]*answer r (\S+)/.exec(unclear.err)!;
    expect((await lab.run(['answer', 'r', one!, 'not JSON'])).code).toBe(0);
    expect((await lab.run(['answer', 'r', two!, '42', '--text'])).code).toBe(0);
    expect(await run.result).toEqual(['not JSON', '42']);
    await lab.engine.open({ id: 'quiet' });
    expect(await lab.run(['answer', 'quiet', 'x'])).toMatchObject({
      code: 6,
      err: expect.stringContaining('ASK_NOT_FOUND'),
    });
  });
});

describe('what sluice completes', () => {
  const words = async (...typed: string[]): Promise<string[]> => {
    const { out } = await lab.run(['complete-words', '--', ...typed]);
    return out.split('\n').flatMap(line => (line === '' ? [] : [line.split('\t')[0]!]));
  };

  it('are commands, flags, values and runs that fit', async () => {
    await ended('clerk', 'done');
    await lab.engine.open({ id: 'open' });
    expect(await words('ta')).toEqual(['tail']);
    expect(await words('')).toEqual(expect.arrayContaining(['serve', 'runs', 'append', 'help']));
    expect(await words('')).not.toContain('complete-words');
    expect(await words('tail', '--f')).toEqual(['--from', '--filter']);
    expect(await words('tail', '')).toEqual(['open', 'done']);
    expect(await words('cancel', '--reason', 'x', '')).toEqual(['open']);
    expect(await words('runs', '--status', 'c')).toEqual(['completed', 'cancelled']);
    expect(await words('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await words('tail', '--', '')).toEqual([]);
    expect(await words('tail', '--url', 'http://127.0.0.1:9', '')).toEqual([]);
    expect(await words('bogus', '')).toEqual([]);
  });
});
