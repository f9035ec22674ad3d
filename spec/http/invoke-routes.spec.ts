import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { isNotice } from '../../src/event/notice.ts';
import { ADAPTERS, posted } from './adapters.ts';
import { eventually } from './eventually.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { jsonOf } from './json-of.ts';
import { framesOf } from './sse-frames.ts';

describe.each(Object.entries(ADAPTERS))('starting and waiting, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  describe('invoke', () => {
    it('answers with the output and facts of the run', async () => {
      const answer = await lab.fetch('/invoke', posted({ agent: 'greet', input: 7, id: 'r' }));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('location')).toBe('/runs/r');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await jsonOf(answer)).toEqual({
        runId: 'r',
        status: 'completed',
        output: { said: 'Hello', input: 7 },
        metadata: { durationMs: expect.any(Number) },
      });
    });

    it('needs no body, and no agent where there is one alone', async () => {
      const one = createEngine({ agents: [defineAgent({ name: 'one', run: () => 1 })] });
      const alone = await serve(one);
      const answer = await alone.fetch('/invoke', { method: 'POST' });
      expect(await jsonOf(answer)).toMatchObject({ output: 1 });
      await one.close();
      await alone.close();
    });

    it('lists the agents where the request names none', async () => {
      const problem = await expectProblem(await lab.fetch('/invoke', posted({})), 400, 'BAD_REQUEST');
      expect(problem.details?.agents).toContain('greet');
    });

    it('tells a failed run as a problem with its code', async () => {
      const failed = await expectProblem(
        await lab.fetch('/invoke/fail', posted({ id: 'f' })),
        500,
        'AGENT_ERROR',
      );
      expect(failed).toMatchObject({ runId: 'f', detail: 'the model is away' });
      await expectProblem(await lab.fetch('/invoke/time-out', posted({})), 500, 'ASK_TIMEOUT');
    });

    it('tells a cancelled run as a problem', async () => {
      const answer = lab.fetch('/invoke/wait', posted({ id: 'w' }));
      await eventually(() => lab.engine.stats.liveRuns === 1);
      await lab.engine.runs.cancel('w', { reason: 'enough' });
      expect((await expectProblem(await answer, 409, 'RUN_CANCELLED')).detail).toContain('enough');
    });

    it('refuses what the engine refuses', async () => {
      await lab.ended('taken');
      const start = (body: object): Promise<Response> => lab.fetch('/invoke', posted(body));
      await expectProblem(await start({ agent: 'nobody' }), 404, 'UNKNOWN_AGENT');
      await expectProblem(await start({ agent: 'strict', input: { n: 'x' } }), 400, 'BAD_INPUT');
      await expectProblem(await start({ agent: 'greet', id: '../x' }), 400, 'BAD_ID');
      await expectProblem(await start({ agent: 'greet', ttl: -1 }), 400, 'BAD_OPTION');
      await expectProblem(await start({ agent: 'greet', record: 'nonsense' }), 400, 'BAD_FILTER');
      await expectProblem(await start({ agent: 'greet', id: 'taken' }), 409, 'RUN_EXISTS');
      await expectProblem(await start({ agent: 'greet', stranger: 1 }), 400, 'BAD_REQUEST');
    });
  });

  describe('invoke/stream', () => {
    it('streams the new run to its end', async () => {
      const answer = await lab.fetch('/invoke/greet/stream', posted({ id: 's' }));
      expect(answer.headers.get('location')).toBe('/runs/s');
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache, no-transform');
      expect(answer.headers.get('x-accel-buffering')).toBe('no');
      const frames = framesOf(await answer.text());
      expect(frames.map(frame => frame.event ?? 'retry')).toEqual([
        'retry',
        'started',
        'token',
        'token',
        'complete',
      ]);
      expect(Number(frames[0]!.retry)).toBeGreaterThanOrEqual(2_000);
      expect(Object.keys(frames[1]!)).toEqual(['event', 'data', 'id']);
      expect(JSON.parse(frames[1]!.data!)).toMatchObject({ id: frames[1]!.id, seq: 1, runId: 's' });
    });

    it('starts nothing for a view that cannot be', async () => {
      await expectProblem(await lab.fetch('/invoke/greet/stream?filter=no', posted({})), 400, 'BAD_FILTER');
      await expectProblem(await lab.fetch('/invoke/greet/stream?frames=no', posted({})), 400, 'BAD_REQUEST');
      expect((await lab.engine.runs.list()).runs).toEqual([]);
    });

    it.each([
      ['goes on', undefined, 'running'],
      ['is cancelled if it asked for that', 'cancel', 'cancelled'],
    ])('when the client leaves the run %s', async (_name, onDisconnect, status) => {
      const leaving = new AbortController();
      const answer = await lab.fetch('/invoke/wait/stream', {
        ...posted({ id: 'w', onDisconnect }),
        signal: leaving.signal,
      });
      const reader = answer.body!.getReader();
      await reader.read();
      leaving.abort();
      await reader.cancel().catch(() => undefined);
      if (onDisconnect) {
        const final = await new Promise<unknown>(resolve => {
          lab.engine.events('w').subscribe(item => {
            if (!isNotice(item) && item.final) resolve(item);
          });
        });
        expect(final).toMatchObject({ type: 'cancelled', data: { reason: 'the client left' } });
      }
      expect((await lab.engine.runs.get('w')).status).toBe(status);
    });
  });
});
