import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { redisBackend } from '../../src/backends/redis/redis-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { consoleObserver } from '../../src/engine/observers/console-observer.ts';
import { messageOf } from '../../src/errors/error-text.ts';
import type { Json, JsonObject } from '../../src/event/json.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import type { RunContext } from '../../src/run/context.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { secretForms } from '../../src/secrets/secret-forms.ts';
import { scratchFolder } from '../sinks/scratch-folder.ts';
import { collect } from '../support/collect.ts';
import { redisServer, type RedisServer } from '../support/redis-server.ts';
import { filesBelow } from './canaries.ts';

const isLong = process.env.SLUICE_LONG !== undefined;
/** `SLUICE_LONG=1` tries fifty times as many. */
const CASES = isLong ? 100_000 : 2_000;
// A deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(isLong ? 7_200_000 : 300_000);

/** Two hundred: apart, nested, overlapping, with characters of several bytes and such as JSON and URLs escape. */
const CANARIES = Array.from({ length: 200 }, (_, at) => {
  const word = ['kanari', String(1_000 + (at >> 2) * 37)].join('-');
  return [word, `${word}+/cage`, `vogel ${word}`, `ë😀"${word}\\&`][at % 4]!;
});
/** Registered nowhere: that it is found shows that the search finds. */
const OPEN = ['spatz', 'auf', 'dem', 'dach'].join('-');
const secrets = knownSecrets(Object.fromEntries(CANARIES.map((value, at) => [`C${at}`, value])));
const FORMS = [...new Set(CANARIES.flatMap(value => secretForms(value)))];

function leaksIn(text: string): string[] {
  return FORMS.filter(form => text.includes(form)).slice(0, 3);
}

interface Case {
  readonly kept: 'file' | 'redis';
  readonly data: Json;
  readonly texts: readonly { readonly channel: string; readonly pieces: readonly string[] }[];
  readonly end: 'complete' | 'fail' | 'cancel';
}

const form = fc.constantFrom(...FORMS);
const text = fc
  .array(fc.oneof(form, form, fc.constantFrom('kanari', '-10', '+/', ' and ', '😀', '\\')), {
    minLength: 1,
    maxLength: 4,
  })
  .map(parts => parts.join(''));
const json = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, 1, true),
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const pieces = fc
  .tuple(text, fc.array(fc.nat(60), { maxLength: 6 }))
  .map(([whole, cuts]) =>
    [0, ...cuts.map(cut => cut % whole.length), whole.length]
      .sort((a, b) => a - b)
      .map((at, n, all) => whole.slice(at, all[n + 1] ?? at)),
  );
const cases: fc.Arbitrary<Case> = fc.record({
  kept: fc.constantFrom('file', 'redis'),
  data: json,
  texts: fc.array(fc.record({ channel: fc.constantFrom('a', 'b', 'sh', 'args'), pieces }), {
    minLength: 1,
    maxLength: 3,
  }),
  end: fc.constantFrom('complete', 'fail', 'cancel'),
});

function say(ctx: RunContext, channel: string, content: string): void {
  const part = (type: string, data: JsonObject): void =>
    void ctx.emit(type as 'custom:x', { ...data, partial: true });
  if (channel === 'sh') part('observation', { kind: 'stdout', content });
  else if (channel === 'args') part('tool.called', { callId: 'c', tool: 't', args: content });
  else ctx.token(content, { messageId: channel });
}

describe('G11: two hundred canaries, cut anywhere', () => {
  const folder = scratchFolder();
  const lines: string[] = [];
  let server: RedisServer;
  let probe: Redis;
  let engines: Readonly<Record<Case['kept'], Engine>>;

  beforeAll(async () => {
    const open = ['--appendonly', 'yes', '--aof-use-rdb-preamble', 'no', '--rdbcompression', 'no'];
    server = await redisServer(...open);
    probe = new Redis(server.url);
    const settings = {
      secrets,
      grace: 0,
      observers: [consoleObserver({ write: (line: string) => void lines.push(line), format: 'json' })],
    };
    engines = {
      file: createEngine({ ...settings, backend: await fileBackend({ dir: join(folder.path, 'runs') }) }),
      redis: createEngine({ ...settings, backend: await redisBackend({ url: server.url }) }),
    };
  });
  afterAll(async () => {
    probe.disconnect();
    await server.close();
    folder.remove();
  });

  it('reach no subscriber, log, stream, error text, file or Redis; and texts are masked as if they were whole', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ kept, data, texts, end }) => {
        const engine = engines[kept];
        const told: string[] = [];
        const said = new Map<string, string>();
        const run = await engine.start(
          async ctx => {
            ctx.custom('any', { data, open: OPEN });
            for (const { channel, pieces } of texts) {
              for (const piece of pieces) {
                said.set(channel, (said.get(channel) ?? '') + piece);
                say(ctx, channel, piece);
              }
            }
            await ctx.drained();
            if (end === 'fail') throw new Error(`no ${JSON.stringify(data)}`, { cause: data });
            if (end === 'cancel') return engine.runs.cancel(ctx.runId, { reason: JSON.stringify(data) });
            return data;
          },
          { input: data },
        );
        const seen = collect(run);
        await run.result.catch((error: unknown) => told.push(messageOf(error)));
        const handler = createHandler(engine);
        const stream = await handler(
          new Request(`http://localhost/runs/${run.id}/events`, { headers: { accept: 'text/event-stream' } }),
        );
        told.push(JSON.stringify(seen.items), await stream.text(), ...lines.splice(0));
        expect(leaksIn(told.join('\n'))).toEqual([]);
        const joined = new Map<string, string>();
        for (const event of seen.events) {
          const { messageId, content, args } = event.data as Record<string, string | undefined>;
          const channel = { token: messageId, observation: 'sh', 'tool.called': 'args' }[
            event.type as 'token'
          ];
          if (channel !== undefined)
            joined.set(channel, (joined.get(channel) ?? '') + (content ?? args ?? ''));
        }
        for (const [channel, whole] of said) expect(joined.get(channel) ?? '').toBe(secrets.mask(whole));
        if (isLong) await engine.runs.delete(run.id);
      }),
      { numRuns: CASES },
    );
    const [, dir] = (await probe.config('GET', 'dir')) as [string, string];
    await probe.save();
    await Promise.all([engines.file.close(), engines.redis.close()]);
    const kept = { files: filesBelow(folder.path), redis: filesBelow(dir) };
    for (const [where, written] of Object.entries(kept)) {
      expect([where, leaksIn(written), written.includes(OPEN)]).toEqual([where, [], true]);
    }
    // Both the snapshot and the log of commands.
    expect(kept.redis.split('REDIS00').length).toBeGreaterThan(1);
    expect(kept.redis).toContain('SELECT');
  });
});
