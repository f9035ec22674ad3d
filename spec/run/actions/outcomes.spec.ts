import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../src/control/verdict.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { acted, answering, outcomeOf } from './acting.ts';

const PROCEED: Verdict = { signal: 'PROCEED' };
const RETRY: Verdict = { signal: 'RETRY', delay: 5 };
const FAIL: Verdict = { signal: 'FAIL', reason: 'no' };

type Act = (ctx: RunContext, work: () => unknown) => Promise<unknown>;

/** Every kind of call that is judged: its opening, its good and its bad ending. */
const KINDS: readonly (readonly [string, Act, string, string, string])[] = [
  ['node', (ctx, work) => ctx.node('n', work), 'node.started', 'node.completed', 'node.failed'],
  ['tool', (ctx, work) => ctx.tool('t', { a: 1 }, work), 'tool.called', 'tool.completed', 'tool.failed'],
  ['llm', (ctx, work) => ctx.llm({ messages: [] }, work), 'llm.prompt', 'llm.response', 'llm.failed'],
  [
    'pipeline',
    (ctx, work) => ctx.pipeline('p', work),
    'pipeline.started',
    'pipeline.completed',
    'pipeline.failed',
  ],
];

describe.each(KINDS)('%s', (kind, act, ...[opening, completed, failed]) => {
  /** What the call came to, how often the work was done, and the types that were recorded. */
  const played = async (types: string, verdicts: readonly Verdict[], fails = 0) => {
    let done = 0;
    let outcome: unknown;
    const work = (): string => {
      if (++done <= fails) throw new Error('broken');
      return 'fine';
    };
    const policies = verdicts.length === 0 ? [] : [answering([types], ...verdicts)];
    const world = await acted(async ctx => void (outcome = await outcomeOf(act(ctx, work))), { policies });
    await world.engine.close();
    expect(world.clock.pending).toBe(0);
    return [outcome, done, world.types.join(' ')];
  };
  const decided = 'control.decided';
  const skipped = kind === 'node' ? `${decided} node.skipped` : decided;
  const retried = `${opening} ${failed} ${decided} `;

  it.each([
    ['nothing said', opening, [], 0, 'fine', 1, `${opening} ${completed}`],
    ['nothing said, it fails', opening, [], 1, 'threw broken', 1, `${opening} ${failed}`],
    ['PROCEED before', opening, [PROCEED], 0, 'fine', 1, `${opening} ${completed}`],
    ['SKIP before', opening, [{ signal: 'SKIP', value: 7 }], 0, 7, 0, skipped],
    ['SKIP without a value', opening, [{ signal: 'SKIP' }], 0, undefined, 0, skipped],
    ['FALLBACK before', opening, [{ signal: 'FALLBACK', value: 7 }], 0, 7, 0, decided],
    ['FAIL before', opening, [FAIL], 0, 'threw VETOED', 0, decided],
    ['ERROR before', opening, [{ signal: 'NONSENSE' }], 0, 'threw POLICY_ERROR', 0, decided],
    [
      'RETRY before, then PROCEED',
      opening,
      [RETRY, RETRY, PROCEED],
      0,
      'fine',
      1,
      `${decided} ${decided} ${opening} ${completed}`,
    ],
    ['PROCEED after', failed, [PROCEED], 1, 'threw broken', 1, `${opening} ${failed}`],
    ['RETRY after', failed, [RETRY], 2, 'fine', 3, `${retried}${retried}${opening} ${completed}`],
    [
      'RETRY after, at once',
      failed,
      [{ signal: 'RETRY', delay: 0 }],
      1,
      'fine',
      2,
      `${retried}${opening} ${completed}`,
    ],
    ['RETRY without bound', failed, [RETRY], 99, 'threw RETRY_LIMIT', 10, retried.repeat(10).trim()],
    ['SKIP after', failed, [{ signal: 'SKIP', value: 7 }], 1, 7, 1, `${opening} ${failed} ${decided}`],
    [
      'FALLBACK after',
      failed,
      [{ signal: 'FALLBACK', value: 7 }],
      1,
      7,
      1,
      `${opening} ${failed} ${decided}`,
    ],
    ['FAIL after', failed, [FAIL], 1, 'threw broken', 1, `${opening} ${failed} ${decided}`],
    [
      'ERROR after',
      failed,
      [{ signal: 'NONSENSE' }],
      1,
      'threw POLICY_ERROR',
      1,
      `${opening} ${failed} ${decided}`,
    ],
  ] as [string, string, Verdict[], number, unknown, number, string][])(
    '%s',
    async (_, types, verdicts, ...[fails, outcome, done, recorded]) => {
      expect(await played(types, verdicts, fails)).toEqual([outcome, done, recorded]);
    },
  );

  it('gives up on a policy that says RETRY before the start for ever', async () => {
    const [outcome, done] = await played(opening, [RETRY]);
    expect([outcome, done]).toEqual(['threw RETRY_LIMIT', 0]);
  });
});

describe('a call', () => {
  it('says before each failure is judged whether it will be tried again, and is told the truth', async () => {
    const { events } = await acted(
      ctx => outcomeOf(ctx.node('n', () => Promise.reject(new Error('broken')), { attempts: 3 })),
      { policies: [answering(['node.failed'], RETRY)] },
    );
    const told = events.filter(({ type }) => type === 'node.failed').map(({ data }) => data);
    expect(told).toEqual([
      { name: 'n', error: 'broken', attempt: 1, willRetry: true },
      { name: 'n', error: 'broken', attempt: 2, willRetry: true },
      { name: 'n', error: 'broken', attempt: 3, willRetry: false },
    ]);
  });

  it('never tries again what was vetoed inside, also behind an error of somebody else', async () => {
    let done = 0;
    const { types } = await acted(
      ctx =>
        outcomeOf(
          ctx.node('outer', async step => {
            done++;
            await step
              .tool('t', {}, () => 1)
              .catch((cause: unknown) => {
                throw new Error('wrapped', { cause });
              });
          }),
        ),
      {
        policies: [
          { name: 'veto', types: ['tool.called'], decide: () => FAIL },
          { name: 'retry', types: ['node.failed'], decide: () => RETRY },
        ],
      },
    );
    expect(done).toBe(1);
    expect(types).toEqual(['node.started', 'control.decided', 'node.failed', 'control.decided']);
  });

  it('tells policies the masked subject, the original only to those who ask, and the error itself', async () => {
    const secret = ['hunter', '2-hunter'].join('');
    const seen: unknown[] = [];
    const thrown = new Error(`cannot log in with ${secret}`);
    const { events } = await acted(
      ctx => outcomeOf(ctx.node('n', () => ctx.tool('t', { key: secret }, () => Promise.reject(thrown)))),
      {
        secrets: { KEY: secret },
        policies: [
          {
            ...{ name: 'all', types: ['tool.*'] },
            decide: ({ type, data, node }, { raw, attempt, error, node: at }) => {
              seen.push([type, data['args'], data['error'], raw, attempt, error, node, at]);
              return PROCEED;
            },
          },
          {
            ...{ name: 'raw', types: ['tool.called'], raw: true },
            decide: (_, { raw }) => (seen.push(raw?.data['args']), PROCEED),
          },
        ],
      },
    );
    const args = { key: '<secret:KEY>' };
    expect(seen).toEqual([
      ['tool.called', args, undefined, undefined, 1, undefined, 'n', 'n'],
      { key: secret },
      ['tool.failed', args, 'cannot log in with <secret:KEY>', undefined, 1, thrown, 'n', 'n'],
    ]);
    expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('measures itself, and records what it can of what it returned', async () => {
    const large = 'x'.repeat(2_000);
    const { events } = await acted(
      async ctx => {
        await ctx.tool('slow', {}, () => ctx.ask('?', { timeout: 100, default: 1 }));
        expect(await ctx.tool('large', {}, () => large)).toBe(large);
        expect(await ctx.tool('odd', {}, () => 10n)).toBe(10n);
        await ctx.llm({ model: 'm', messages: ['hi'] }, () => 'ho', {
          usage: () => ({ inputTokens: 3 }),
          callId: 'mine',
        });
        await ctx.llm({ messages: [] }, () => 'ho', { usage: () => ({ inputTokens: -1 }) });
      },
      { limits: { eventBytes: 1_024 } },
    );
    const said = events.filter(({ type }) => /completed|response/.test(type)).map(({ data }) => data);
    expect((said[0] as { durationMs: number }).durationMs).toBeGreaterThanOrEqual(100);
    expect(said.slice(1)).toEqual([
      { callId: expect.any(String), result: { truncated: true, bytes: 2_002 }, durationMs: 0 },
      { callId: expect.any(String), result: { unwritable: true }, durationMs: 0 },
      { callId: 'mine', response: 'ho', durationMs: 0, usage: { inputTokens: 3 } },
      { callId: expect.any(String), response: 'ho', durationMs: 0 },
    ]);
  });

  it('is a rejection, and nothing else, if it is called wrongly', async () => {
    const { types } = await acted(async ctx => {
      const wrong: [Promise<unknown>, string][] = [
        [ctx.node('', () => 1), 'BAD_EVENT'],
        [ctx.node('a\nb', () => 1), 'BAD_EVENT'],
        [ctx.tool('t', { f: () => 1 }, () => 1), 'BAD_EVENT'],
        [ctx.tool('t', 'x'.repeat(300_000), () => 1), 'EVENT_TOO_LARGE'],
        [ctx.tool('t', {}, () => 1, { timeout: 0 }), 'BAD_OPTION'],
        [ctx.tool('t', {}, () => 1, { attempts: 1.5 }), 'BAD_OPTION'],
        [ctx.tool('t', {}, () => 1, { callId: '' }), 'BAD_OPTION'],
        [ctx.llm({ messages: 'hi' as never }, () => 1), 'BAD_EVENT'],
        [ctx.pipeline('p', () => 1, { waves: -1 }), 'BAD_OPTION'],
        [ctx.wave(-1, [], () => 1), 'BAD_OPTION'],
        [ctx.tool('t', {}, undefined as never), 'BAD_OPTION'],
        [ctx.llm({ messages: [] }, 'work' as never), 'BAD_OPTION'],
        [ctx.node('n', {} as never), 'BAD_OPTION'],
        [ctx.pipeline('p', undefined as never), 'BAD_OPTION'],
        [ctx.wave(0, [], undefined as never), 'BAD_OPTION'],
      ];
      for (const [promise, code] of wrong) expect(await outcomeOf(promise)).toBe(`threw ${code}`);
    });
    expect(types).toEqual([]);
  });
});
