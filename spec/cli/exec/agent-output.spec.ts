import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT_LOG_FORMATS } from '../../../src/bridges/agent-logs/index.ts';
import { AgentOutput } from '../../../src/cli/exec/agent-output.ts';
import { eventsOf as eventsOfOutput } from '../../../src/cli/exec/output-events.ts';
import { PI_STREAM, SAMPLES, sampleLines } from '../../bridges/agent-logs/sample-logs.ts';
import { buildCommand, type BuiltCommand } from '../command-process.ts';
import { eventsOf, exec, serve, type Served } from './exec-lab.ts';

let command: BuiltCommand;
let served: Served;
beforeAll(async () => {
  command = await buildCommand();
  served = await serve();
}, 60_000);
afterAll(async () => {
  await served?.close();
  command?.remove();
}, 60_000);

const typesOf = (text: string, agent: AgentOutput, channel: 'stdout' | 'stderr' = 'stdout'): string[] =>
  eventsOfOutput({ text, startsLine: true }, channel, agent).map(({ type }) => type);

describe('what an agent prints', () => {
  it('becomes the tokens and tools of a run', async () => {
    const text = sampleLines('codex')
      .map(line => `${line}\n`)
      .join('');
    const script = `process.stdout.write(${JSON.stringify(text)})`;
    const flags = ['--run', 'agent', '--', process.execPath, '-e', script];
    const running = exec(command.path, served.url, flags);
    expect(await running.ended).toBe(0);
    const events = await eventsOf(served, 'agent');
    expect(events.map(({ type }) => type)).toEqual([
      'started',
      'custom:codex.thread.started',
      'custom:codex.turn.started',
      'tool.called',
      'tool.completed',
      'token',
      'llm.response',
      'complete',
    ]);
  }, 30_000);

  it.each(AGENT_LOG_FORMATS)('is read as %s where that is said', format => {
    const types = typesOf(sampleLines(format).join('\n'), new AgentOutput(format));
    expect(types).toEqual(expect.arrayContaining(['token', 'tool.called', 'tool.completed']));
    expect(types).not.toContain('observation');
  });

  it('is recognised where pi works with --mode json', () => {
    const types = typesOf(
      PI_STREAM.map(record => `${JSON.stringify(record)}\n`).join(''),
      new AgentOutput('auto'),
    );
    expect(types).toEqual(
      expect.arrayContaining(['token', 'tool.called', 'custom:tool-output', 'tool.completed']),
    );
    expect(types).not.toContain('observation');
  });

  it('is recognised by its first JSON line alone, and never on standard error', () => {
    const opening = JSON.stringify(SAMPLES.codex[0]);
    expect(typesOf(`hello\n${opening}\n`, new AgentOutput('auto'))).toEqual([
      'token',
      'custom:codex.thread.started',
    ]);
    const late = new AgentOutput('auto');
    expect(typesOf('{"level":"info"}\n', late)).toEqual(['observation']);
    expect(typesOf(`${opening}\n`, late)).toEqual(['observation']);
    expect(typesOf(`${opening}\n`, new AgentOutput('auto'), 'stderr')).toEqual(['observation']);
    expect(typesOf(`${opening}\n`, new AgentOutput('text'))).toEqual(['observation']);
  });
});
