import { describe, expect, it } from '@jest/globals';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import { untilAsked } from '../../support/settle.ts';
import { bridgeLab } from '../bridge-lab.ts';
import { a2aEngine } from './a2a-agents.ts';
import { hello, HEADERS, type RpcBody } from './tenants.ts';

interface Page {
  readonly tasks: readonly {
    readonly id: string;
    readonly contextId: string;
    readonly status: { readonly state: string; readonly timestamp: string };
    readonly artifacts?: readonly unknown[];
    readonly history?: readonly unknown[];
  }[];
  readonly nextPageToken: string;
  readonly pageSize: number;
  readonly totalSize: number;
}

describe('the tasks of A2A', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a());
  const ask = async (params: object, method = 'ListTasks'): Promise<RpcBody> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    return (await lab.json('/a2a', { method: 'POST', headers: HEADERS, body })).body as RpcBody;
  };
  const list = async (params: object = {}): Promise<Page> => (await ask(params)).result as Page;
  const idsOf = ({ tasks }: Page): string[] => tasks.map(({ id }) => id);
  /** The next one is a millisecond later. */
  const tick = (): Promise<void> => {
    const now = new Date().toISOString();
    return untilAsked(async () => new Date().toISOString() > now);
  };
  const open = async (id: string, threadId?: string) => {
    await tick();
    return lab.engine.open({ id, ...(threadId && { threadId }) });
  };

  it('come in the order in which their statuses changed, the last one first, over all pages', async () => {
    const writers = [];
    for (const id of ['a', 'b', 'c', 'd', 'e']) writers.push(await open(id));
    expect(idsOf(await list())).toEqual(['e', 'd', 'c', 'b', 'a']);
    await tick();
    await writers[1]!.complete();
    const stamps = (await list()).tasks.map(({ status }) => status.timestamp);
    expect(stamps).toEqual([...stamps].sort().reverse());
    const pages: string[][] = [];
    let pageToken = '';
    do {
      const page = await list({ pageSize: 2, pageToken });
      expect([page.pageSize, page.totalSize]).toEqual([2, 5]);
      pages.push(idsOf(page));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(pages).toEqual([['b', 'e'], ['d', 'c'], ['a']]);
  });

  it('are left out where their context, their state or their time is not asked for', async () => {
    const first = await open('a', 'talk');
    await open('b', 'talk');
    await open('c', 'other');
    await first.complete();
    expect(idsOf(await list({ contextId: 'talk' }))).toEqual(['a', 'b']);
    expect(idsOf(await list({ contextId: 'talk', status: 'TASK_STATE_COMPLETED' }))).toEqual(['a']);
    expect(idsOf(await list({ contextId: 'nowhere' }))).toEqual([]);
    expect(await list({ status: 'TASK_STATE_UNSPECIFIED' })).toMatchObject({ totalSize: 3 });
    const { timestamp } = (await list()).tasks.find(({ id }) => id === 'c')!.status;
    const after = (statusTimestampAfter: string) => list({ statusTimestampAfter });
    // At that time or later, however it is written.
    const shifted = new Date(Date.parse(timestamp) + 7_200_000).toISOString().replace('Z', '+02:00');
    for (const written of [timestamp, timestamp.replace('Z', '000Z'), shifted]) {
      expect(idsOf(await after(written)).sort()).toEqual(['a', 'c']);
    }
    expect(idsOf(await after('2999-01-01T00:00:00Z'))).toEqual([]);
    expect(idsOf(await after('2020-01-01T00:00:00Z'))).toHaveLength(3);
  });

  it('have artifacts and history where somebody asks for them', async () => {
    await ask(hello('say:hi'), 'SendMessage');
    const [bare] = (await list()).tasks;
    expect(Object.keys(bare!).sort()).toEqual(['contextId', 'id', 'status']);
    const [whole] = (await list({ includeArtifacts: true, historyLength: 5 })).tasks;
    expect([whole!.artifacts!.length, whole!.history!.length]).toEqual([2, 1]);
    expect(whole!.status).toEqual(bare!.status);
  });

  it('are refused where what is asked for cannot be', async () => {
    for (const params of [
      { pageSize: 0 },
      { pageSize: 101 },
      { pageSize: -1 },
      { pageSize: 'many' },
      { pageToken: 'nothing of ours' },
      { historyLength: -1 },
      { status: 'TASK_STATE_SLEEPING' },
      { statusTimestampAfter: 'yesterday' },
    ]) {
      expect((await ask(params)).error?.code).toBe(-32602);
    }
  });
});
