import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import type { Backend } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { messageOf } from '../../src/errors/error-text.ts';
import type { Json, JsonObject } from '../../src/event/json.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import type { RunContext } from '../../src/run/context.ts';
import { secretForms } from '../../src/secrets/secret-forms.ts';
import { posted } from '../http/adapters.ts';
import { collect } from '../support/collect.ts';
import { until } from '../support/settle.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

// Made of parts, so that nobody takes it for a real one. It looks different in JSON, in a URL and in base64.
const SECRET = ['hunter', '/+ "', 'zwei', '&drei'].join('');
const MARK = '<secret:KEY>';
const FORMS = secretForms(SECRET);

/** The forms of the secret that a text gives away. */
function leaksIn(text: string): string[] {
  return FORMS.filter(form => text.includes(form));
}

/** Memory that notes everything it is given to keep, as it would be written. */
function notingBackend(): { backend: Backend; kept: string[] } {
  const inner = memoryBackend();
  const kept: string[] = [];
  const backend: Backend = {
    ...inner,
    log: {
      append: (key, batch) => {
        kept.push(...batch.entries.map(({ line }) => line));
        return inner.log.append(key, batch);
      },
      read: (key, query) => inner.log.read(key, query),
      watch: (key, ring) => inner.log.watch(key, ring),
      trim: (key, seq) => inner.log.trim(key, seq),
    },
    directory: {
      create: (record, idempotency) => {
        kept.push(JSON.stringify([record, idempotency]));
        return inner.directory.create(record, idempotency);
      },
      update: (key, change) => {
        kept.push(JSON.stringify(change));
        return inner.directory.update(key, change);
      },
      get: key => inner.directory.get(key),
      list: query => inner.directory.list(query),
      delete: key => inner.directory.delete(key),
      watch: tell => inner.directory.watch(tell),
    },
  };
  return { backend, kept };
}

/** Everything that anybody outside can see of an engine's runs: in process, in storage and over HTTP. */
async function everythingShown(
  engine: Engine,
  kept: readonly string[],
  watched: readonly unknown[],
): Promise<string> {
  const handler = createHandler(engine);
  const { runs } = await engine.runs.list();
  const texts = [...kept, JSON.stringify(watched), JSON.stringify(runs)];
  for (const { runId } of runs) {
    const run = `/runs/${runId}`;
    for (const accept of ['application/json', 'application/x-ndjson', 'text/event-stream']) {
      const answer = await handler(new Request(`http://localhost${run}/events`, { headers: { accept } }));
      texts.push(await answer.text());
    }
    for (const path of ['/runs', run, `${run}/offset`]) {
      const answer = await handler(
        new Request(`http://localhost${path}`, { headers: { accept: 'application/json' } }),
      );
      texts.push(await answer.text());
    }
    texts.push(JSON.stringify(collect(engine.events(runId)).items));
    texts.push(JSON.stringify((await engine.events.search(runId, { order: 'desc' })).items));
    texts.push(
      JSON.stringify(await engine.events.latest(runId)),
      JSON.stringify(await engine.runs.checkpoint(runId)),
    );
  }
  return texts.join('\n');
}

interface Watched {
  readonly engine: Engine;
  readonly kept: readonly string[];
  /** What observers, the feed and the watchers of the directory were told. */
  readonly watched: unknown[];
}

function watchedEngine(agents: Parameters<typeof defineAgent>[0][] = []): Watched {
  const { backend, kept } = notingBackend();
  const watched: unknown[] = [];
  const note = (told: unknown): void => void watched.push(told);
  const engine = createEngine({ backend, agents, secrets: { KEY: SECRET }, observers: [note], grace: 0 });
  engine.feed().subscribe(note);
  engine.runs.watch().subscribe(note);
  return { engine, kept, watched };
}

/** Everything an agent can say, with a text in every place of it. */
const SAYINGS: Readonly<Record<string, (ctx: RunContext, text: string) => unknown>> = {
  token: (ctx, text) => ctx.token(`the key is ${text}.`),
  'token, its message and reason': (ctx, text) =>
    ctx.token('x', { messageId: text, role: text, finishReason: text }),
  'progress, its step': (ctx, text) => ctx.progress(text, 0.5),
  'progress, its message': (ctx, text) => ctx.progress('x', 0.5, { message: `with ${text}` }),
  'progress, its details': (ctx, text) => ctx.progress('x', 0.5, { details: { deep: [{ deeper: text }] } }),
  'step, its keys': (ctx, text) => ctx.step(text, { inputKeys: ['a', text], outputKeys: [text] }),
  warn: (ctx, text) => ctx.warn(`no ${text}`, { code: text, details: { text } }),
  custom: (ctx, text) => ctx.custom('x', { text }),
  'custom, its keys': (ctx, text) => ctx.custom('x', { [text]: 1, deep: { [`a ${text} b`]: [text] } }),
  artifact: (ctx, text) => ctx.artifact('report', { text: [text] }, { name: text, artifactId: text }),
  checkpoint: (ctx, text) => ctx.checkpoint(text, { text }),
  metadata: (ctx, text) => ctx.token('x', { metadata: { [text]: text } }),
  'a tool call': (ctx, text) =>
    ctx.emit('tool.called', { callId: 'c', tool: 'fetch', args: { url: [text] } }),
  'a failure of a tool': (ctx, text) => ctx.emit('tool.failed', { callId: 'c', error: `401 for ${text}` }),
  'a prompt': (ctx, text) => ctx.emit('llm.prompt', { callId: 'c', messages: [{ content: text }] }),
  'an action': (ctx, text) => ctx.emit('action', { kind: 'run', content: `curl -H ${text}` }),
};

describe('G11: a secret that is said whole', () => {
  it.each(Object.entries(SAYINGS))('in %s reaches nobody, in any form', async (_, say) => {
    const { engine, kept, watched } = watchedEngine();
    const readers: unknown[] = [];
    const run = await engine.start(async ctx => {
      await Promise.resolve();
      for (const form of FORMS) await say(ctx, form);
    });
    run.subscribe(item => readers.push(item));
    run.subscribe(item => watched.push(item));
    await run.result;
    for await (const item of run) watched.push(item);
    const shown = await everythingShown(engine, kept, watched);
    expect(leaksIn(shown)).toEqual([]);
    // Hidden, and not lost.
    expect(JSON.stringify(readers).split(MARK).length).toBeGreaterThan(FORMS.length);
    await engine.close();
  });

  it('in what a run is started with reaches nobody but its agent', async () => {
    const { engine, kept, watched } = watchedEngine();
    let given: unknown;
    for (const form of FORMS) {
      const run = await engine.start(
        ctx => {
          given = [ctx.input, ctx.labels, ctx.metadata];
        },
        { input: { [form]: [form] }, labels: { label: form }, metadata: { [form]: { form } } },
      );
      await run.result;
      expect(given).toEqual([{ [form]: [form] }, { label: form }, { [form]: { form } }]);
    }
    const shown = await everythingShown(engine, kept, watched);
    expect(leaksIn(shown)).toEqual([]);
    const { runs } = await engine.runs.list();
    expect(runs[0]).toMatchObject({
      input: { [MARK]: [MARK] },
      labels: { label: MARK },
      metadata: { [MARK]: { form: MARK } },
    });
    await engine.close();
  });

  it('in an output reaches nobody but the caller of the run', async () => {
    const { engine, kept, watched } = watchedEngine();
    for (const form of FORMS) {
      const start = () =>
        engine.start(() => ({ [form]: [form] }), { idempotencyKey: String(FORMS.indexOf(form)) });
      const run = await start();
      expect(await run.result).toEqual({ [form]: [form] });
      const repeated = await start();
      expect(await repeated.result).toEqual({ [MARK]: [MARK] });
    }
    const shown = await everythingShown(engine, kept, watched);
    expect([leaksIn(shown), shown.includes(MARK)]).toEqual([[], true]);
    await engine.close();
  });

  it.each<[string, (form: string) => unknown]>([
    ['message', form => new Error(`401: ${form} is not valid`)],
    ['name', form => Object.assign(new Error('no'), { name: form })],
    ['text', form => form],
    [
      'cause and its own fields',
      form => Object.assign(new Error('no', { cause: new Error(form) }), { config: form }),
    ],
    ['middle of a message that is cut', form => new Error('x'.repeat(16_384 - form.length / 2) + form)],
  ])('in the %s of what an agent throws reaches nobody, nor the error of its caller', async (_, thrown) => {
    const { engine, kept, watched } = watchedEngine();
    const texts: string[] = [];
    for (const form of FORMS) {
      const run = await engine.start(() => {
        throw thrown(form);
      });
      await run.result.catch((error: unknown) => texts.push(messageOf(error)));
    }
    const shown = await everythingShown(engine, kept, watched);
    expect(leaksIn(shown)).toEqual([]);
    expect(shown).not.toContain(SECRET.slice(0, SECRET.length / 2));
    expect(texts).toHaveLength(FORMS.length);
    expect(leaksIn(texts.join())).toEqual([]);
    await engine.close();
  });

  it('in the reason of a cancel reaches nobody', async () => {
    const { engine, kept, watched } = watchedEngine();
    const texts: string[] = [];
    for (const form of FORMS) {
      const run = await engine.start(
        ctx => new Promise(resolve => ctx.signal.addEventListener('abort', () => resolve(undefined))),
      );
      await run.cancel(`because of ${form}`);
      await run.result.catch((error: unknown) => texts.push(messageOf(error)));
    }
    const shown = await everythingShown(engine, kept, watched);
    expect([leaksIn(shown), shown.includes(`because of ${MARK}`)]).toEqual([[], true]);
    expect(leaksIn(texts.join())).toEqual([]);
    await engine.close();
  });

  it('in a question and its answer reaches nobody but the agent', async () => {
    const { engine, kept, watched } = watchedEngine();
    const schema = z.object({ key: z.string().default(SECRET) }).describe(SECRET);
    const run = await engine.start(ctx => ctx.ask(`Is it ${SECRET}?`, { schema, default: { key: SECRET } }));
    const reader = collect(run);
    await until(() => reader.types.includes('ask'));
    const ask = reader.events.find(event => event.type === 'ask')!;
    await engine.runs.answer(run.id, ask.data.askId, { value: { key: SECRET }, by: SECRET });
    expect(await run.result).toEqual({ key: SECRET });
    expect(reader.types).toContain('answer');
    expect(leaksIn(await everythingShown(engine, kept, watched))).toEqual([]);
    await engine.close();
  });

  it('in what an outside writer says reaches nobody', async () => {
    const { engine, kept, watched } = watchedEngine();
    const writer = await engine.open({ labels: { label: SECRET } });
    writer.token(SECRET);
    await writer.fail(new Error(SECRET));
    expect(leaksIn(await everythingShown(engine, kept, watched))).toEqual([]);
    await engine.close();
  });

  it('is not in any answer over HTTP', async () => {
    const echo = defineAgent({
      name: 'echo',
      run: (ctx, input) => (ctx.token(JSON.stringify(input)), input),
    });
    const fail = defineAgent({
      name: 'fail',
      run: (_, input) => {
        throw new Error(JSON.stringify(input));
      },
    });
    const { engine, kept, watched } = watchedEngine([echo, fail]);
    const handler = createHandler(engine);
    const texts: string[] = [];
    for (const path of ['/invoke/echo', '/invoke/fail', '/invoke/echo/stream', '/invoke/fail/stream']) {
      const body = { input: { [SECRET]: FORMS }, labels: { label: SECRET }, metadata: { of: SECRET } };
      const answer = await handler(new Request(`http://localhost${path}`, posted(body)));
      texts.push(await answer.text());
    }
    expect(leaksIn(texts.join('\n'))).toEqual([]);
    for (const text of texts) expect(text).toContain(MARK);
    expect(leaksIn(await everythingShown(engine, kept, watched))).toEqual([]);
    await engine.close();
  });

  it('is masked from the moment at which it is learnt', async () => {
    const { engine, kept, watched } = watchedEngine();
    const later = ['learnt', 'later'].join('-');
    const run = await engine.start(ctx => {
      engine.secrets.add('LATER', later);
      ctx.token(later);
      return later;
    });
    await run.result;
    expect(await everythingShown(engine, kept, watched)).not.toContain(later);
    await engine.close();
  });

  it('anywhere in any JSON reaches nobody', async () => {
    const json = fc.letrec<{ value: Json }>(tie => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Json>(...FORMS, null, 1, 'plain'),
        fc.constantFrom(...FORMS).map(form => `before ${form} behind`),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...FORMS, 'a', 'b'), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, json, async (data, metadata) => {
        const { engine, kept, watched } = watchedEngine();
        const wrapped: JsonObject = { metadata };
        const run = await engine.start(
          ctx => {
            ctx.custom('any', { data }, { metadata: wrapped });
            return data;
          },
          { input: data, metadata: wrapped },
        );
        await run.result;
        expect(leaksIn(await everythingShown(engine, kept, watched))).toEqual([]);
        await engine.close();
      }),
      { numRuns: 100 },
    );
  });
});
