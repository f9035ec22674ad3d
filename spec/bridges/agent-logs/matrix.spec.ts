import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AGENT_LOG_FORMATS,
  readAgentLog,
  type AgentLogFormat,
} from '../../../src/bridges/agent-logs/index.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { eventsOf } from '../run-record.ts';
import { SAMPLES } from './sample-logs.ts';

describe('matrix: Agent CLI logs', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = createEngine({ grace: 200 });
  });
  afterEach(() => engine.close());

  /** Appends what the reader makes of the records, each under its place in the log. */
  async function told(id: string, format: AgentLogFormat, records: readonly object[]): Promise<void> {
    const writer = await engine.open({ id });
    const reader = readAgentLog(format);
    const events = records.flatMap((record, at) =>
      reader.read(record).map(({ type, data }, part) => ({ type, data, key: `${at}.${part}` })),
    );
    await writer.append(events);
    await writer.append(events);
    const { ending } = reader.end();
    if (ending.status === 'failed') {
      const { code, message } = ending;
      await writer.append([{ type: 'error', data: { code, message, recoverable: false } }]);
    } else await writer.complete();
  }

  it.each(AGENT_LOG_FORMATS)('%s becomes a run, and twice the same is once', async format => {
    await told('r', format, SAMPLES[format]);
    const events = await eventsOf(engine, 'r');
    expect(events.filter(event => 'type' in event && event.type === 'tool.called')).toHaveLength(1);
  });

  it('start', async () => {
    await told('r', 'codex', SAMPLES.codex);
    expect((await eventsOf(engine, 'r')).at(1)).toMatchObject({ type: 'custom:codex.thread.started' });
  });

  it('stream', async () => {
    await told('r', 'opencode', SAMPLES.opencode);
    const tokens = (await eventsOf(engine, 'r')).filter(event => 'type' in event && event.type === 'token');
    expect(tokens).toMatchObject([{ data: { content: 'One' } }, { data: { content: ' file.' } }]);
  });

  it('resume exactly', async () => {
    for (const format of AGENT_LOG_FORMATS) {
      await told(format, format, SAMPLES[format]);
      const { items } = await engine.events.search(format);
      for (const [at, item] of items.entries()) {
        const { items: rest } = await engine.events.search(format, {
          after: 'id' in item ? item.id : 'start',
        });
        expect(rest).toEqual(items.slice(at + 1));
      }
    }
  });

  it('error', async () => {
    const failed = { type: 'turn.failed', error: { message: 'no credit' } };
    await told('r', 'codex', [...SAMPLES.codex, failed]);
    expect((await eventsOf(engine, 'r')).slice(-2)).toMatchObject([
      { type: 'error', data: { message: 'no credit', recoverable: true } },
      { type: 'error', final: true, data: { code: 'AGENT_FAILED', message: 'no credit' } },
    ]);
  });

  it('unknown event', async () => {
    const record = { type: 'item.updated', item: { id: 'i', type: 'from.tomorrow' } };
    await told('r', 'codex', [record]);
    expect((await eventsOf(engine, 'r')).at(1)).toMatchObject({
      type: 'custom:codex.item.updated',
      data: record,
    });
  });
});
