import { describe, expect, it } from '@jest/globals';
import { HTTP, type CloudEventV1 } from 'cloudevents';
import * as fc from 'fast-check';
import {
  fromCloudEvent,
  noticeToCloudEvent,
  toCloudEvent,
} from '../../../src/bridges/cloudevents/cloud-event.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { JsonObject } from '../../../src/event/json.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { collect } from '../../support/collect.ts';
import { sample } from '../../support/sample-events.ts';
import { until } from '../../support/settle.ts';

/** As the package of CloudEvents reads it, which checks it against the specification. */
function read(event: unknown): CloudEventV1<unknown> {
  const headers = { 'content-type': 'application/cloudevents+json' };
  return HTTP.toEvent<unknown>({ headers, body: JSON.stringify(event) }) as CloudEventV1<unknown>;
}

async function everyKind(): Promise<RunEvent[]> {
  const engine = createEngine();
  const run = await engine.start(async ctx => {
    await ctx.node('plan', async () => ctx.tool('search', { q: 'x' }, () => ['a']));
    ctx.token('hi');
    void ctx.emit('custom:fraud', { score: 1 });
    throw new Error('no luck');
  });
  const seen = collect(run);
  await until(() => seen.ended);
  await engine.close();
  return seen.events;
}

describe('toCloudEvent', () => {
  it('is what the package of CloudEvents takes for one, whatever the event', async () => {
    const events = await everyKind();
    expect(events.length).toBeGreaterThan(6);
    for (const event of events) {
      const given = toCloudEvent(event, { source: 'https://agents.example' });
      expect(read(given)).toMatchObject({
        ...{ id: `${event.runId}/${event.id}`, source: 'https://agents.example/tenants/default' },
        ...{ type: `dev.sluice.${event.type}`, subject: event.runId, time: event.time, data: event.data },
      });
    }
  });

  it('orders by its sequence as text', () => {
    const [nine, ten] = [9, 10].map(seq => toCloudEvent(sample(seq)).sequence as string) as [string, string];
    expect(nine < ten).toBe(true);
  });

  it('says all of an envelope', () => {
    const event = sample(2, 'token', { content: 'x' }, { ...{ source: 'agent', node: 'a/b', cause: 1 } });
    expect(toCloudEvent({ ...event, final: true, metadata: { a: [1] } })).toMatchObject({
      ...{ origin: 'agent', node: 'a/b', cause: 1, final: true, runmetadata: '{"a":[1]}' },
    });
  });

  it('tells notices', () => {
    const notice = { notice: 'gap', runId: 'r', reason: 'trimmed', from: 1, to: 9, cursor: 'e.9.0' } as const;
    const told = noticeToCloudEvent(notice, { runId: 'r', tenantId: 't' });
    expect(read(told)).toMatchObject({
      type: 'dev.sluice.notice.gap',
      subject: 'r',
      data: { from: 1, to: 9 },
    });
  });
});

describe('fromCloudEvent', () => {
  it('gives back what was told, and says that it is the same when it comes again', async () => {
    for (const event of await everyKind()) {
      const told = fromCloudEvent(JSON.parse(JSON.stringify(toCloudEvent(event))));
      expect([told.type, told.data]).toEqual([event.type, event.data]);
      expect(told.key).toBe(fromCloudEvent(toCloudEvent(event)).key);
    }
  });

  it('lets events of others survive, as events that a run takes', async () => {
    const engine = createEngine();
    const writer = await engine.open();
    const text = fc.string({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(text, text, text, fc.jsonValue(), async (id, source, type, data) => {
        const given = { specversion: '1.0', id, source, type, data };
        const told = fromCloudEvent(JSON.parse(JSON.stringify(given)));
        if (!told.type.startsWith('custom:')) return;
        await writer.append([told]);
        const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
        const kept = isObject ? told.data : (told.data['data'] as JsonObject);
        expect(JSON.stringify(kept)).toBe(JSON.stringify(data));
      }),
      { numRuns: 200 },
    );
    await engine.close();
  });

  it.each([
    [undefined, /specversion/],
    ['text', /specversion/],
    [{ specversion: '0.3', id: 'a', source: 'b', type: 'c' }, /specversion: expected "1.0"/],
    [{ specversion: '1.0', source: 'b', type: 'c' }, /id: expected a text/],
    [{ specversion: '1.0', id: 'a', source: '', type: 'c' }, /source: expected a text/],
    [{ specversion: '1.0', id: 'a', source: 'b', type: 7 }, /type: expected a text/],
  ])('refuses %j', (given, message) => {
    expect(() => fromCloudEvent(given)).toThrow(
      expect.objectContaining({ code: 'BAD_EVENT', message: expect.stringMatching(message) }),
    );
  });
});
