import { describe, expect, it } from '@jest/globals';
import { commandLab } from './command-lab.ts';

const lab = commandLab();
const text = (...parts: string[]): Uint8Array[] => parts.map(part => Buffer.from(part));
const lines = (...events: object[]): Uint8Array[] =>
  text(...events.map(event => `${JSON.stringify(event)}\n`));

async function stored(id: string): Promise<unknown[]> {
  const { items } = await lab.engine.events.search(id, { limit: 10_000 });
  return items.map(item => ('type' in item ? [item.type, item.data] : item));
}

describe('sluice append', () => {
  it('writes text line by line to a new run, and ends it', async () => {
    const input = text('Hel', 'lo\nthe', 're');
    const args = ['append', 'mine', '--new', '--text', '--complete', '--label', 'a=b', '--thread', 't'];
    expect(await lab.run(args, { input })).toEqual({ code: 0, out: 'mine\n', err: '' });
    expect(await stored('mine')).toEqual([
      ['started', {}],
      ['token', { content: 'Hello\n' }],
      ['token', { content: 'there' }],
      ['complete', expect.anything()],
    ]);
    expect(await lab.engine.runs.get('mine')).toMatchObject({ labels: { a: 'b' }, threadId: 't' });
  });

  it('writes a line of any length as the text it is', async () => {
    const line = `${'😀'.repeat(200_000)}a${'\u0001é漢'.repeat(300_000)}\n`;
    const { code } = await lab.run(['append', 'wide', '--new', '--text', '--complete'], {
      input: text(line),
    });
    expect(code).toBe(0);
    const items = await stored('wide');
    const said = items.flatMap(item => {
      const [type, data] = item as [string, { content: string }];
      return type === 'token' ? [data.content] : [];
    });
    expect(said.join('') === line).toBe(true);
    expect(said.some(part => part.includes('\uFFFD'))).toBe(false);
  });

  it('writes events to a run that is there, in order, and leaves it open', async () => {
    await lab.engine.open({ id: 'r' });
    const events = Array.from({ length: 3_000 }, (_, at) => ({ type: 'step', data: { name: `s${at}` } }));
    const { code, out } = await lab.run(['append', 'r', '--json'], { input: lines(...events) });
    expect([code, JSON.parse(out)]).toEqual([0, { runId: 'r', appended: 3_000 }]);
    expect((await stored('r')).slice(1)).toEqual(events.map(({ type, data }) => [type, data]));
    expect((await lab.engine.runs.get('r')).status).toBe('running');
  });

  it('shows what comes as it comes, and takes no more than the server does', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; ; asked++) yield Buffer.from(`line ${asked}\n`);
    }
    const appending = lab.start(['append', 'r', '--new', '--text'], { input: endless() });
    await appending.says(/^r\n/);
    const run = await lab.engine.runs.get('r');
    expect(run.status).toBe('running');
    await lab.engine.runs.cancel('r');
    expect(await appending.ended).toBe(11);
    expect(appending.said.err).toContain('RUN_CANCELLED run r');
    // What was asked for is what is stored, and what may wait: 2,000 events and a batch of the engine's own.
    const { cursor } = (await (await fetch(`${lab.url}/runs/r/offset`)).json()) as { cursor: string };
    expect(asked - Number(cursor.split('.')[1])).toBeLessThan(2_500);
    expect((await lab.engine.runs.get('r')).status).toBe('cancelled');
  });

  it.each([
    ['{"type":1}', 'BAD_EVENT line 2'],
    ['not JSON', 'BAD_EVENT line 2'],
    ['null', 'BAD_EVENT line 2'],
    ['{"type":"nope","data":{}}', 'BAD_EVENT'],
    ['{"type":"step","data":{}}', 'BAD_EVENT'],
  ])('refuses the line %s, and keeps those before it', async (line, message) => {
    const input = [...lines({ type: 'step', data: { name: 'a' } }), ...text(`${line}\n`)];
    const { code, err } = await lab.run(['append', 'r', '--new'], { input });
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect((await stored('r'))[1]).toEqual(['step', { name: 'a' }]);
  });

  it('says why it cannot write before it reads', async () => {
    const codes = async (...args: string[]) => {
      const { code, err } = await lab.run(['append', ...args], { input: text('x\n') });
      return [code, err.split(' ')[0]];
    };
    const writer = await lab.engine.open({ id: 'done' });
    await writer.complete();
    expect(await codes('none')).toEqual([5, 'RUN_NOT_FOUND']);
    expect(await codes('done')).toEqual([6, 'RUN_ENDED']);
    expect(await codes('done', '--new')).toEqual([6, 'RUN_EXISTS']);
    expect(await codes()).toEqual([2, 'BAD_OPTION']);
  });

  it('stops when the run ends otherwise', async () => {
    const writer = await lab.engine.open({ id: 'r' });
    async function* input(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\n');
      await writer.complete();
      yield Buffer.from('b\n');
    }
    const { code, err } = await lab.run(['append', 'r', '--text'], { input: input() });
    expect([code, err]).toEqual([6, expect.stringContaining('RUN_ENDED')]);
  });
});
