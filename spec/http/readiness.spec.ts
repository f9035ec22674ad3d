import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { SluiceError } from '../../src/errors/sluice-error.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { settle } from '../support/settle.ts';
import { slowBackend, type Pace } from '../support/slow-backend.ts';
import { ADAPTERS } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { jsonOf } from './json-of.ts';

const served = ADAPTERS['fetch handler']!;

describe('GET /readyz', () => {
  it('says that runs can be started, and until when', async () => {
    const engine = createEngine();
    const { fetch } = await served(engine);
    await engine.ready;
    expect(await jsonOf(await fetch('/readyz'))).toEqual({ status: 'ready' });
    let end!: () => void;
    await engine.start(() => new Promise<void>(resolve => (end = resolve)));
    const closing = engine.close();
    await expectProblem(await fetch('/readyz'), 503, 'ENGINE_CLOSED');
    expect((await fetch('/healthz')).status).toBe(200);
    end();
    await closing;
  });

  it('says that the backend fails or hangs, within two seconds, and that it is back', async () => {
    let mood: 'well' | 'fails' | 'hangs' = 'well';
    const shaky: Pace = work => {
      if (mood === 'hangs') return new Promise(() => undefined);
      if (mood === 'fails') throw new SluiceError('STORAGE_LOST', 'the store is away');
      return work();
    };
    const clock = new ManualClock(0);
    const engine = createEngine({ clock, backend: slowBackend({ clock, directory: shaky }) });
    const { fetch } = await served(engine);
    await engine.ready;
    expect((await fetch('/readyz')).status).toBe(200);
    mood = 'fails';
    const answer = await fetch('/readyz');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await expectProblem(answer, 503, 'STORAGE_LOST')).detail).toBe('the store is away');
    mood = 'hangs';
    const late = fetch('/readyz');
    await settle();
    clock.advance(2_100);
    await expectProblem(await late, 503, 'STORAGE_LOST');
    expect((await fetch('/healthz')).status).toBe(200);
    mood = 'well';
    expect((await fetch('/readyz')).status).toBe(200);
    await engine.close();
  });

  it('waits until the runs of a former process are looked after', async () => {
    let tell!: () => void;
    const unfinished = () => new Promise<never[]>(resolve => (tell = () => resolve([])));
    const backend = slowBackend();
    const engine = createEngine({ backend: { ...backend, directory: { ...backend.directory, unfinished } } });
    const { fetch } = await served(engine);
    await expectProblem(await fetch('/readyz'), 503, 'STORAGE_LOST');
    tell();
    await engine.ready;
    expect((await fetch('/readyz')).status).toBe(200);
    await engine.close();
  });
});
