import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TaskState, type StreamResponse } from '@a2a-js/sdk';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';
import { until } from '../../support/settle.ts';
import { heard, said, stateName, taskIdOf, wordOf } from './a2a-client.ts';
import { call, sdkServer } from './sdk-server.ts';

const NO_FILTER = { tenant: '', contextId: '', status: 0, pageToken: '', statusTimestampAfter: undefined };

function textIn(responses: readonly StreamResponse[]): string {
  return responses
    .flatMap(({ payload }) => {
      if (payload?.$case === 'task') return payload.value.artifacts.flatMap(({ parts }) => parts);
      return payload?.$case === 'artifactUpdate' ? (payload.value.artifact?.parts ?? []) : [];
    })
    .map(({ content }) => (content?.$case === 'text' ? content.value : ''))
    .join('');
}

describe('a server of @a2a-js/sdk on runs', () => {
  const engine = createEngine();
  const server = sdkServer(engine);
  afterAll(() => engine.close());

  it('streams what its agent publishes, each once and in order', async () => {
    const all = await heard(server.sendMessageStream(said('3 0'), call()));
    expect(all.map(wordOf)).toEqual(['task WORKING', 'count=1 ', '+count=2 ', '+count=3 ', 'COMPLETED']);
    const task = await server.getTask({ tenant: '', id: taskIdOf(all) }, call());
    expect(textIn([{ payload: { $case: 'task', value: task } }])).toBe('1 2 3 ');
    expect(task.history.map(({ parts }) => parts[0]?.content?.value as unknown)).toEqual(['3 0', 'counted']);
    const run = await engine.runs.get(task.id);
    expect(run).toMatchObject({ status: 'completed', threadId: task.contextId });
  });

  it('answers a blocking message with the whole task', async () => {
    const task = await server.sendMessage(said('20 0'), call());
    if (!('status' in task)) throw new Error('expected a task');
    expect(stateName(task.status?.state)).toBe('COMPLETED');
    expect(textIn([{ payload: { $case: 'task', value: task } }])).toBe(
      Array.from({ length: 20 }, (_, at) => `${at + 1} `).join(''),
    );
    const { tasks, totalSize } = await server.listTasks({ ...NO_FILTER, pageSize: 1 }, call());
    expect([tasks.map(({ id }) => id), totalSize]).toEqual([[task.id], 2]);
  });

  it('goes on with a task that asked', async () => {
    const asked = await heard(server.sendMessageStream(said('ask'), call()));
    expect(wordOf(asked.at(-1)!)).toBe('INPUT_REQUIRED');
    const taskId = taskIdOf(asked);
    const rest = await heard(server.sendMessageStream(said('2 0', { taskId }), call()));
    expect(rest.map(wordOf)).toEqual(['task WORKING', 'count=1 ', '+count=2 ', 'COMPLETED']);
    const { history } = await server.getTask({ tenant: '', id: taskId }, call());
    expect(history.map(({ parts }) => parts[0]?.content?.value as unknown)).toEqual(
      expect.arrayContaining(['ask', 'how far?', '2 0', 'counted']),
    );
  });

  it('cancels', async () => {
    const stream = server.sendMessageStream(said('1000 20'), call());
    const id = taskIdOf([(await stream.next()).value!]);
    const task = await server.cancelTask({ tenant: '', id, metadata: undefined }, call());
    expect(task.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect(wordOf((await heard(stream)).at(-1)!)).toBe('CANCELED');
    expect((await engine.runs.get(id)).status).toBe('cancelled');
  });
});

describe('two instances of such a server on one Redis', () => {
  let redis: RedisServer;
  let folder: string;
  const program = (): string => join(folder, 'instance.mjs');
  beforeAll(async () => {
    redis = await redisServer();
    folder = mkdtempSync(join(tmpdir(), 'sluice-a2a-'));
    symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'));
    await build({
      ...{ entryPoints: [join(import.meta.dirname, 'sdk-instance.ts')], outfile: program(), bundle: true },
      ...{ platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning', packages: 'external' },
    });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await redis.close();
  });

  async function besides(prefix: string, work: (engine: Engine) => Promise<void>): Promise<void> {
    const engine = createEngine({
      backend: await redisBackend({ url: redis.url, prefix, lease: 1_000, sweep: 200 }),
    });
    try {
      await work(engine);
    } finally {
      await engine.close();
    }
  }

  it(
    'let one hear all of a task of the other, also that the other was killed',
    () =>
      besides('killed', async engine => {
        const server = sdkServer(engine, 1_000);
        const child = spawn(process.execPath, [program(), redis.url, 'killed', '100000 5'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let out = '';
        child.stdout.on('data', (bytes: Buffer) => (out += String(bytes)));
        await until(() => /task \S+\n/.test(out), 'a task');
        const id = /task (\S+)\n/.exec(out)![1]!;
        const all: StreamResponse[] = [];
        const watching = (async () => {
          for await (const response of server.resubscribe({ tenant: '', id }, call())) all.push(response);
        })();
        await until(() => all.length > 20, 'updates from the other instance');
        child.kill('SIGKILL');
        await watching;
        expect(wordOf(all[0]!)).toBe('task WORKING');
        expect(wordOf(all.at(-1)!)).toBe('FAILED');
        const numbers = textIn(all).trim().split(' ').map(Number);
        expect(numbers).toEqual(numbers.map((_, at) => at + 1));
        const task = await server.getTask({ tenant: '', id }, call());
        expect(textIn([{ payload: { $case: 'task', value: task } }])).toBe(textIn(all));
      }),
    60_000,
  );

  it(
    'let one cancel what the other works on',
    () =>
      besides('cancelled', async engine => {
        const server = sdkServer(engine, 30_000);
        await besides('cancelled', async other => {
          const stream = sdkServer(other, 30_000).sendMessageStream(said('100000 10'), call());
          const id = taskIdOf([(await stream.next()).value!]);
          const rest = heard(stream);
          const task = await server.cancelTask({ tenant: '', id, metadata: undefined }, call());
          expect(stateName(task.status?.state)).toBe('CANCELED');
          expect(wordOf((await rest).at(-1)!)).toBe('CANCELED');
        });
      }),
    60_000,
  );
});
