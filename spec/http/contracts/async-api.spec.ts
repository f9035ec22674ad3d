import asyncApi from '@asyncapi/specs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import * as z from 'zod';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { defineEvents } from '../../../src/event/define-events.ts';
import type { JsonObject } from '../../../src/event/json.ts';
import { EVENT_TYPES } from '../../../src/event/event-types.ts';
import { createNodeListener } from '../../../src/http/create-node-listener.ts';
import { ClientMessage, ServerMessage } from '../../../src/http/websocket/messages.ts';
import { ADAPTERS, posted, type Served } from '../adapters.ts';
import { dataFramesOf, type Frame } from '../sse-frames.ts';
import { openSocket } from '../websocket/socket-client.ts';

interface AsyncApiDocument {
  readonly channels: Readonly<
    Record<
      string,
      { readonly address: string; readonly messages: Readonly<Record<string, { $ref: string }>> }
    >
  >;
  readonly components: { readonly messages: Readonly<Record<string, { name: string; payload: object }>> };
}

const fraud = defineEvents({ 'custom:fraud': z.object({ score: z.number() }) });
const branch: z.ZodType<unknown, JsonObject> = z.object({ left: z.lazy(() => branch.optional()) });
const screen = defineAgent({
  name: 'screen',
  events: fraud,
  run: ctx => ctx.custom('fraud', { score: 0.5 }),
});

const open: (Engine | Served)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function served(options: EngineOptions, basePath = ''): Promise<Served> {
  const engine = createEngine(options);
  const server = await ADAPTERS['fetch handler']!(engine, { basePath });
  open.push(engine, server);
  return server;
}

async function documentOf(options: EngineOptions, basePath?: string): Promise<AsyncApiDocument> {
  const answer = await (await served(options, basePath)).fetch(`${basePath ?? ''}/asyncapi.json`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as AsyncApiDocument;
}

function expectValid(document: object): void {
  // The schema brings the meta schema along.
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false });
  addFormats.default(ajv);
  const validate = ajv.compile(asyncApi.schemas['3.0.0'] as object);
  expect([validate(document), validate.errors]).toEqual([true, null]);
}

const FRAMES = new Ajv({ strict: false });
addFormats.default(FRAMES);

/** What is wrong with a frame that came on a channel. */
function faults({ channels, components }: AsyncApiDocument, channel: string, { event, data }: Frame) {
  const names = Object.keys(channels[channel]!.messages);
  const messages = names.map(name => components.messages[name]!);
  const fitting = messages.filter(
    ({ name }) => name === event || (name === 'custom:*' && event!.startsWith('custom:')),
  );
  const checked = fitting.map(({ payload }) => {
    const validate = FRAMES.compile(payload);
    return validate(JSON.parse(data!)) ? 'fits' : JSON.stringify(validate.errors);
  });
  return checked.filter(one => one === 'fits').length === 1 ? [] : [event, ...checked];
}

describe('GET /asyncapi.json', () => {
  it.each<[string, EngineOptions, string]>([
    ['an engine without anything', {}, ''],
    ['one below a path, with types of its own', { events: fraud }, '/api/runs'],
    ['one whose agents have them', { agents: [screen] }, ''],
  ])('is valid AsyncAPI 3.0, of %s', async (_, options, basePath) => {
    const document = await documentOf(options, basePath);
    expectValid(document);
    for (const { address } of Object.values(document.channels)) {
      expect(address.startsWith(`${basePath}/`)).toBe(true);
    }
  });

  it('has a message for each type there is, and for those that are declared', async () => {
    const names = ({ components }: AsyncApiDocument): string[] =>
      Object.values(components.messages).map(({ name }) => name);
    const said = [...ClientMessage.options, ...ServerMessage.options].map(({ shape }) => shape.type.value);
    const always = [...EVENT_TYPES, 'gap', 'reset', 'degraded', 'runs', 'run', 'removed', ...said];
    expect(names(await documentOf({})).sort()).toEqual([...always, 'custom:*'].sort());
    expect(names(await documentOf({ events: fraud })).sort()).toEqual([...always, 'custom:fraud'].sort());
    expect(names(await documentOf({ agents: [screen] })).sort()).toEqual(
      [...always, 'custom:fraud', 'custom:*'].sort(),
    );
  });

  it('stays valid where a type is recursive, or has a name of its own', async () => {
    const events = defineEvents({
      'custom:tree': z.object({ branch }),
      'custom:named': z.object({ a: z.string().meta({ id: 'Named' }) }),
    });
    const document = await documentOf({ events });
    expectValid(document);
    expect(JSON.stringify(document.components)).not.toContain('$defs');
  });

  it('shows no secret that a schema has', async () => {
    const canary = `canary-${'x'.repeat(12)}`;
    const events = defineEvents({ 'custom:a': z.object({ key: z.string().default(canary) }) });
    const text = JSON.stringify(await documentOf({ events, secrets: { canary } }));
    expect(text).not.toContain(canary);
  });

  it('is told to those who may read runs', async () => {
    const engine = createEngine();
    const server = await ADAPTERS['fetch handler']!(engine, { authorize: () => undefined });
    open.push(engine, server);
    expect((await server.fetch('/asyncapi.json')).status).toBe(401);
    expect((await server.fetch('/openapi.json')).status).toBe(200);
  });

  it('tells what comes on each stream', async () => {
    const server = await served({ agents: [screen] });
    const document = (await (await server.fetch('/asyncapi.json')).json()) as AsyncApiDocument;
    await (await server.fetch('/invoke/screen', posted({ id: 'screened' }))).text();
    await server.fetch('/runs', posted({ id: 'all' }));
    const events = [
      { type: 'token', data: { content: 'a' } },
      { type: 'node.started', data: { name: 'n', attempt: 1 } },
      { type: 'tool.called', data: { callId: 'c', tool: 't', args: {} } },
      { type: 'progress', data: { fraction: 0.5, more: 1 } },
      { type: 'custom:other', data: { any: ['thing'] } },
    ];
    await server.fetch('/runs/all/events', posted({ events, flush: true }));
    await server.fetch('/runs/all/events', posted({ events: [{ type: 'complete' }] }));
    const seen = new Set<string>();
    const expectKnown = (channel: string, frame: Frame): void => {
      expect(faults(document, channel, frame)).toEqual([]);
      seen.add(frame.event!);
    };
    const streams = [
      ['runEvents', '/runs/screened/events'],
      ['runEvents', '/runs/all/events'],
      ['runEvents', '/runs/all/events?after=zzzz.1.0'],
      ['manyRuns', '/events?runs=screened,all,absent'],
    ] as const;
    for (const [channel, path] of streams) {
      for (const frame of dataFramesOf(await (await server.fetch(path)).text())) expectKnown(channel, frame);
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['custom:fraud', 'custom:other', 'token', 'complete', 'reset']),
    );

    const list = await server.fetch('/runs', { headers: { accept: 'text/event-stream' } });
    const reader = list.body!.getReader();
    let text = '';
    const take = async (event: string): Promise<void> => {
      while (!dataFramesOf(text).some(frame => frame.event === event)) {
        text += new TextDecoder().decode((await reader.read()).value);
      }
    };
    await take('runs');
    await server.fetch('/runs', posted({ id: 'new' }));
    await take('run');
    await server.fetch('/runs/all', { method: 'DELETE' });
    await take('removed');
    for (const frame of dataFramesOf(text)) expectKnown('runList', frame);
    await reader.cancel();
  });

  it('tells what is said on a WebSocket, on both sides', async () => {
    const engine = createEngine({ limits: { keptEvents: 64 } });
    const listener = createNodeListener(engine);
    const server = createServer(listener).on('upgrade', listener.upgrade);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const document = (await (await fetch(`${url}/asyncapi.json`)).json()) as AsyncApiDocument;
    const writer = await engine.open({ id: 'run' });
    for (let at = 0; at < 200; at++) writer.step(`s${at}`);
    const { messages, say, has, webSocket, closed } = await openSocket(`${url}/ws`);
    const asked: ClientMessage[] = [
      { type: 'subscribe', runId: 'run', after: 1, filter: 'minimal', credit: 10 },
      { type: 'subscribe', runId: 'absent', id: 'a' },
      { type: 'credit', id: 'run', n: 5 },
      { type: 'ping' },
    ];
    asked.forEach(say);
    await has('notice');
    await has('error');
    writer.step('left out');
    await writer.drained();
    say({ type: 'ping' });
    await has('cursor');
    await writer.complete();
    await has('end');
    listener.close();
    await closed;
    const unsubscribe: ClientMessage = { type: 'unsubscribe', id: 'run' };
    for (const message of [...messages, ...asked, unsubscribe]) {
      const frame = { event: message.type, data: JSON.stringify(message) };
      expect(faults(document, 'socket', frame)).toEqual([]);
    }
    const kinds = new Set(messages.map(({ type }) => type));
    expect([...kinds].sort()).toEqual(ServerMessage.options.map(({ shape }) => shape.type.value).sort());
    webSocket.terminate();
    server.close();
    await engine.close();
  });
});
