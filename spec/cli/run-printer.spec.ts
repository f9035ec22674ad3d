import { describe, expect, it } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { RunPrinter, type AnyItem } from '../../src/cli/run-printer.ts';
import { styleFor } from '../../src/cli/terminal-style.ts';

type Said = readonly [type: string, data?: object, more?: object];

function items(...said: readonly Said[]): AnyItem[] {
  return said.map(([type, data = {}, more], at) => {
    const time = new Date(Date.UTC(2030, 0, 1) + at * 1_000).toISOString();
    return {
      id: `e.${at + 1}.0`,
      runId: 'r',
      tenantId: 't',
      seq: at + 1,
      type,
      time,
      data,
      ...more,
    } as AnyItem;
  });
}

function printed(all: readonly AnyItem[], { isTerminal = false, columns = 60, urlFlag = '' } = {}): string {
  const style = styleFor({ isTerminal }, {});
  const printer = new RunPrinter({ style, columns: () => columns, urlFlag });
  return all.map(item => printer.print(item)).join('') + printer.break();
}

const token = (content: string, more: object = {}): Said => ['token', { content, ...more }];
const END: Said = ['complete', { durationMs: 1 }, { final: true }];

describe('a run for people', () => {
  it('is its text as it comes, and a line for all else', () => {
    const all = items(
      ['started', { agent: 'clerk' }],
      token('Let me '),
      token('look.'),
      ['tool.called', { callId: '1', tool: 'search', args: { q: 'rain' } }],
      ['tool.completed', { callId: '1', result: [], durationMs: 1_234 }],
      ['step', { name: 'read' }, { node: 'plan/search' }],
      token('It rains.\n'),
      ['error', { code: 'SLOW', message: 'try later', recoverable: true }],
      ['custom:score', { fraud: 0.5 }],
      END,
    );
    expect(printed(all)).toBe(
      [
        ...['● started clerk', 'Let me look.', '→ search {"q":"rain"}', '✓ search 1.2 s'],
        ...['· read plan/search', 'It rains.', '! SLOW try later', '· custom:score {"fraud":0.5}'],
        ...['✓ completed after 9.0 s', ''],
      ].join('\n'),
    );
  });

  it.each<[Said, string]>([
    [
      ['error', { code: 'AGENT_ERROR', message: 'no key' }, { final: true }],
      '✗ failed: AGENT_ERROR no key\n',
    ],
    [['cancelled', { reason: 'late' }, { final: true }], '■ cancelled: late\n'],
    [['tool.failed', { callId: '7', error: 'refused' }], '✗ 7 refused\n'],
    [['node.failed', { name: 'n', error: 'x', attempt: 1, willRetry: true }], '✗ n x (tries again)\n'],
    [['llm.prompt', { callId: '1', model: 'm', messages: [1, 2] }], '→ m 2 messages\n'],
    [['artifact', { artifactId: 'a', artifactType: 'text/plain', data: '' }], '◆ a text/plain\n'],
    [['answer', { askId: 'a', value: true, by: 'ada' }], '✓ answered true by ada\n'],
    [['status', { status: 'running' }], ''],
    [['later.type', { n: 1 }], '· later.type {"n":1}\n'],
  ])('shows %j', (said, text) => expect(printed(items(said))).toBe(text));

  it('begins a line for another speaker, and names who is no assistant', () => {
    const all = items(token('Hi', { messageId: 'a' }), token('yo', { messageId: 'b', role: 'user' }), END);
    expect(printed(all)).toBe('Hi\nuser: yo\n✓ completed\n');
  });

  it('shows a question with the command that answers it', () => {
    const ask = { askId: 'a 1', question: 'Ship\u001b it?', schema: { type: 'boolean' } };
    expect(printed(items(['ask', ask]), { urlFlag: ' --url http://x' })).toBe(
      `? Ship␛ it?\n  sluice answer r 'a 1' true --url http://x\n`,
    );
  });

  it('tells of what is missing', () => {
    const notices = [
      { notice: 'gap', runId: 'r', reason: 'trimmed', from: 2, to: 9, cursor: 'e.9.0' },
      { notice: 'reset', runId: 'r', reason: 'fork' },
      { notice: 'reset', runId: 'r', reason: 'gone' },
      { notice: 'degraded', runId: 'r', since: '2030' },
    ] as AnyItem[];
    const lines = printed(notices).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringContaining('events 2 to 9'),
      expect.stringContaining('another life of the run (fork)'),
      expect.stringContaining('gone'),
      expect.stringContaining('since 2030'),
    ]);
  });

  it('joins a character that was cut into two tokens', () => {
    const [high, low] = ['🚀'.slice(0, 1), '🚀'.slice(1)];
    expect(printed(items(token(`go ${high}`), token(`${low}!`), END))).toBe('go 🚀!\n✓ completed\n');
    expect(printed(items(token(high), END))).toBe('\ufffd\n✓ completed\n');
  });

  it('has no escape of its own where there is no terminal, and none of the run anywhere', () => {
    const bad = '\u001b]52;c;eA==\u0007\u009b2J\r';
    const all = items(
      ...(['started', 'step', 'status', 'progress', 'ask', 'artifact', 'answer', 'error'] as const).map(
        (type): Said => [
          type,
          {
            ...{ agent: bad, name: bad, phase: bad, status: bad, message: bad, fraction: 0.5, question: bad },
            ...{ askId: bad, artifactId: bad, artifactType: bad, value: bad, by: bad, code: bad, schema: {} },
          },
          { node: bad },
        ],
      ),
      token(bad, { role: bad, messageId: '1' }),
      ['tool.called', { callId: bad, tool: bad, args: bad }],
      ['control.decided', { policy: bad, signal: bad, reason: bad }],
      [bad, { [bad]: bad }],
      ['error', { code: bad, message: bad }, { final: true }],
    );
    expect(printed(all)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
    const rich = printed(all, { isTerminal: true }).replaceAll('\r\u001b[2K', '');
    expect(stripVTControlCharacters(rich)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
    expect(rich).not.toMatch(/\u001b(?!\[\d+m)/);
  });

  it('draws one bar again and again on a terminal, and a line each elsewhere', () => {
    const all = items(
      ['progress', { fraction: 0.25, message: 'first' }],
      ['progress', { fraction: 0.5, current: 2, total: 4 }],
      END,
    );
    expect(printed(all).split('\n')).toHaveLength(4);
    const rich = printed(all, { isTerminal: true });
    expect(stripVTControlCharacters(rich.split('\r').at(-1)!)).toBe('✓ completed\n');
    expect(rich.match(/\n/g)).toHaveLength(1);
    expect(rich.match(/\r\u001b\[2K/g)).toHaveLength(2);
  });

  it('keeps every line within the terminal', () => {
    const long = 'x'.repeat(1_000);
    const all = items(
      ['tool.called', { callId: '1', tool: long, args: { long } }],
      ['tool.called', { callId: '2', tool: 't', args: { long } }, { node: long }],
      ['progress', { fraction: 1, message: long }],
      ['step', { name: 's' }],
    );
    for (const line of printed(all).trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });
});
