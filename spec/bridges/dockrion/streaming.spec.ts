import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { streamingOf } from '../../../src/bridges/dockrion/streaming.ts';

/** As Dockrion's own documentation shows it. */
const DOCKFILE = `
version: "1.0"
agent: { name: fraud }
streaming:
  async_runs: true
  backend: memory
  events:
    allowed: chat  # Preset
    heartbeat_interval: 15
    max_run_duration: 3600
`;

describe('the block streaming of a Dockfile', () => {
  it('is read as Dockrion documents it', () => {
    expect(streamingOf(parse(DOCKFILE))).toEqual({
      ...{ backend: 'memory', events: 'chat', heartbeat: 15_000, maxDuration: 3_600_000, notes: [] },
    });
    const listed = { streaming: { events: { allowed: ['token', 'step', 'custom:fraud_check'] } } };
    expect(streamingOf(listed)).toEqual({ events: ['token', 'step', 'custom:fraud_check'], notes: [] });
    const redis = { url: 'redis://h', stream_ttl_seconds: 60, max_events_per_run: 10 };
    expect(streamingOf({ streaming: { backend: 'redis', redis } })).toEqual({
      ...{ backend: 'redis', redisUrl: 'redis://h', ttl: 60_000, keptEvents: 64, notes: [] },
    });
    for (const empty of [undefined, null, {}, { streaming: null }, 'text'])
      expect(streamingOf(empty)).toEqual({ notes: [] });
  });

  it('is named where it does nothing here', () => {
    const { notes, ...facts } = streamingOf({
      streaming: {
        ...{ async_runs: false, allow_client_ids: true, hertbeat: 1 },
        connection: { default_timeout: 300, max_subscribers_per_run: 5 },
        id_generator: { type: 'custom', handler: 'a:b' },
      },
    });
    expect(facts).toEqual({});
    expect(notes.map(note => note.split(':')[0])).toEqual([
      'streaming.async_runs',
      'streaming.hertbeat',
      'streaming.connection.default_timeout',
      'streaming.connection.max_subscribers_per_run',
      'streaming.id_generator.type',
      'streaming.id_generator.handler',
    ]);
  });

  it.each([
    [{ backend: 'mongo' }, 'BAD_OPTION', 'streaming.backend: expected memory or redis'],
    [
      { events: { heartbeat_interval: 0 } },
      'BAD_OPTION',
      'streaming.events.heartbeat_interval: expected 1 to 300',
    ],
    [
      { events: { max_run_duration: '1h' } },
      'BAD_OPTION',
      'streaming.events.max_run_duration: expected 1 to',
    ],
    [{ events: { allowed: 'everything' } }, 'BAD_FILTER', 'expected a preset'],
    [{ events: { allowed: ['tokens'] } }, 'BAD_FILTER', 'got "tokens"'],
    [{ events: { allowed: 7 } }, 'BAD_OPTION', 'streaming.events.allowed: expected a preset'],
    [{ redis: { max_events_per_run: 1 } }, 'BAD_OPTION', 'streaming.redis.max_events_per_run'],
    [[], 'BAD_OPTION', 'streaming: expected a group'],
  ])('is refused where Dockrion would: %j', (streaming, code, message) => {
    expect(() => streamingOf({ streaming })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
