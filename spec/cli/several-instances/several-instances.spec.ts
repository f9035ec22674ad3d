import { describe, expect, it } from '@jest/globals';
import { createClient, type Client } from '../../../src/client/create-client.ts';
import { isSluiceError } from '../../../src/errors/sluice-error.ts';
import { until } from '../../support/settle.ts';
import { instancesLab, type Watched } from './instances-lab.ts';

const lab = instancesLab();

const oneTo = (length: number): number[] => Array.from({ length }, (_, at) => at + 1);

/** Everything, in order and once. */
function expectWhole({ seqs, items }: Watched): void {
  expect(seqs).toEqual(oneTo(seqs.length));
  expect(items).toHaveLength(seqs.length);
}

/** What `tail --json` printed, as seqs and the type of the last. */
function printed(out: string): { readonly seqs: readonly number[]; readonly last: Record<string, unknown> } {
  const items = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  return { seqs: items.map(({ seq }) => seq as number), last: items.at(-1)! };
}

/** A listener that closes resets what was just being accepted: whoever has a key sends it again. */
async function startSurely(client: Client, idempotencyKey: string): Promise<string> {
  const start = () => client.start('asking', { idempotencyKey });
  const { runId } = await start().catch((error: unknown) => {
    if (!isSluiceError(error, 'BAD_RESPONSE')) throw error;
    return start();
  });
  return runId;
}

describe('two instances behind nginx', () => {
  it('show, answer and cancel the runs of each other, as it happens', async () => {
    const [one, other] = [await lab.serve(0), await lab.serve(1)];
    const [onOne, onOther] = [createClient(one.url), createClient(other.url)];
    const { runId } = await onOne.start('asking');
    const watched = lab.watch(runId);
    const askId = (): string | undefined => {
      for (const item of watched.items) if ('type' in item && item.type === 'ask') return item.data.askId;
      return undefined;
    };
    await until(() => askId() !== undefined, 'the question');
    expect(watched.items[1]).toMatchObject({ type: 'token', data: { content: 'Before.' } });
    await onOther.answer(runId, askId()!, { value: 'yes' });
    await watched.ended;
    expect(watched.items.at(-1)).toMatchObject({ type: 'complete', data: { output: 'yes' } });

    const counting = await onOne.start('counter');
    const seen = lab.watch(counting.runId);
    await until(() => seen.items.length > 10, 'some events');
    expect(await onOther.cancel(counting.runId, { reason: 'enough' })).toBe('requested');
    await seen.ended;
    expectWhole(seen);
    expect(seen.items.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
  });

  it('show the beginning of a run that says nothing more', async () => {
    await lab.serve(0);
    const { runId } = await createClient(lab.nginx.url).start('silent');
    const watched = lab.watch(runId);
    // Less than what nginx would hold back until there is more.
    await until(() => watched.items.length === 1, 'the beginning');
    expect(watched.items[0]).toMatchObject({ type: 'started' });
  });

  it('go on for watchers of the one that is killed, which are told how its runs end', async () => {
    const one = await lab.serve(0);
    const behindNginx = createClient(lab.nginx.url);
    const [lost, resumed] = [await behindNginx.start('counter'), await behindNginx.start('steady')];
    // The only instance that is there yet.
    const tails = [lost, resumed].map(({ runId }) => lab.sluice('tail', runId, '--json'));
    for (const tail of tails) await tail.says(/"seq":30,/);
    const watched = lab.watch(lost.runId);
    await until(() => watched.items.length > 30, 'some events');
    const other = await lab.serve(1);
    one.process.kill('SIGKILL');
    expect(await one.process.ended).toBe('SIGKILL');
    expect(await Promise.all(tails.map(({ ended }) => ended))).toEqual([0, 0]);
    await watched.ended;
    expectWhole(watched);
    expect(watched.servedBy).toEqual(new Set([one.url, other.url]));
    const [told, went] = tails.map(({ said }) => printed(said.out));
    expect(told!.seqs).toEqual(watched.seqs);
    expect(told!.last).toMatchObject({ type: 'error', data: { code: 'OWNER_LOST' }, final: true });
    expect(went!.seqs).toEqual(oneTo(went!.seqs.length));
    expect(went!.last).toMatchObject({ type: 'complete', data: { output: /^went on from \d+0$/ } });
  });

  it('show each other’s runs over the death of the one that shows them', async () => {
    const [one, other] = [await lab.serve(0), await lab.serve(1)];
    const client = createClient(other.url);
    const { runId } = await client.start('counter');
    const watched = [1, 2, 3, 4].map(() => lab.watch(runId));
    await until(() => watched.every(({ items }) => items.length > 10), 'some events');
    const throughOne = watched.filter(({ servedBy }) => servedBy.has(one.url));
    expect(throughOne.length).toBeGreaterThan(0);
    one.process.kill('SIGKILL');
    await until(() => throughOne.every(({ servedBy }) => servedBy.has(other.url)), 'all at the other');
    await client.cancel(runId);
    await Promise.all(watched.map(({ ended }) => ended));
    for (const one of watched) expectWhole(one);
    expect(watched.map(({ items }) => items.at(-1))).toEqual(
      watched.map(() => expect.objectContaining({ type: 'cancelled' })),
    );
  });

  it('hand readers over when one is stopped in good order, and lose no request', async () => {
    const [one, other] = [await lab.serve(0), await lab.serve(1)];
    const [onOther, behindNginx] = [createClient(other.url), createClient(lab.nginx.url)];
    const { runId: staying } = await onOther.start('counter');
    const { runId: leaving } = await createClient(one.url).start('counter');
    const stays = [1, 2, 3, 4].map(() => lab.watch(staying));
    const leaves = [1, 2].map(() => lab.watch(leaving));
    await until(() => [...stays, ...leaves].every(({ items }) => items.length > 10), 'some events');
    one.process.kill('SIGTERM');
    let hasEnded = false;
    const ending = one.process.ended.then(code => {
      hasEnded = true;
      return code;
    });
    await one.process.says(/stopping/);
    const started: string[] = [];
    do started.push(await startSurely(behindNginx, `start-${started.length}`));
    while (!hasEnded);
    expect(await ending).toBe(0);
    await Promise.all(leaves.map(({ ended }) => ended));
    for (const watched of leaves) {
      expectWhole(watched);
      expect(watched.items.at(-1)).toMatchObject({ type: 'cancelled', final: true });
    }
    for (const runId of started) expect(['running', 'waiting']).toContain((await onOther.get(runId)).status);
    await until(() => stays.every(({ servedBy }) => servedBy.has(other.url)), 'all at the other');
    await onOther.cancel(staying);
    await Promise.all(stays.map(({ ended }) => ended));
    stays.forEach(expectWhole);
  });

  it('go on with the runs of one that is stopped in good order, where their agents can', async () => {
    const [one, other] = [await lab.serve(0), await lab.serve(1)];
    const { runId } = await createClient(one.url).start('steady');
    const watched = [1, 2, 3].map(() => lab.watch(runId));
    const tail = lab.sluice('tail', runId, '--json');
    await tail.says(/"seq":30,/);
    await until(() => watched.every(({ items }) => items.length > 30), 'some events');
    one.process.kill('SIGTERM');
    expect(await one.process.ended).toBe(0);
    await Promise.all(watched.map(({ ended }) => ended));
    for (const each of watched) {
      expectWhole(each);
      expect(each.items.at(-1)).toMatchObject({
        type: 'complete',
        data: { output: expect.stringMatching(/^went on from \d+0$/) },
      });
      expect(each.items.at(-2)).toMatchObject({ type: 'status', data: { phase: 'resumed' } });
    }
    expect(await tail.ended).toBe(0);
    expect(printed(tail.said.out).seqs).toEqual(watched[0]!.seqs);
    expect((await createClient(other.url).get(runId)).status).toBe('completed');
  });

  it('lose no reader and no event when nginx reads its configuration anew', async () => {
    await lab.serve(0);
    await lab.serve(1);
    const client = createClient(lab.nginx.url);
    const { runId } = await client.start('counter');
    const before = lab.watch(runId);
    await until(() => before.items.length > 10, 'some events');
    lab.nginx.reload();
    const after = lab.watch(runId);
    await until(() => after.items.length > 10, 'some events');
    await client.cancel(runId);
    await Promise.all([before.ended, after.ended]);
    [before, after].forEach(expectWhole);
    expect(after.seqs).toEqual(before.seqs);
  });
});
