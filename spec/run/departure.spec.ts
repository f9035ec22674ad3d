import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../src/event/entry.ts';
import { codeOf } from '../support/code-of.ts';
import { runLab, type LabOptions, type RunLab } from '../support/run-lab.ts';
import { settle } from '../support/settle.ts';
import { Floodgate } from '../support/slow-backend.ts';

const SECRET = ['s3cr', 'et-of-many-', 'letters'].join('');

/** A run whose agent says something, and returns when its signal fires. */
function leaving(options: LabOptions = {}): RunLab {
  const lab = runLab(options);
  lab.actor.begin({}, 0, async () => {
    lab.context.token('one ');
    await new Promise(resolve => lab.actor.stopping.signal.addEventListener('abort', resolve));
    lab.context.token('two ');
  });
  return lab;
}

async function stored({ backend, actor }: RunLab): Promise<string[]> {
  const page = await backend.log.read(actor.parts.identity.key, { after: 0, limit: 100 });
  const entries: readonly Entry[] = page.result === 'page' ? page.entries : [];
  return entries.map(({ event }) => (event.type === 'token' ? event.data.content : event.type));
}

describe('a run that leaves its process', () => {
  it('takes nothing once it is sealed, and has no end', async () => {
    const lab = leaving();
    await settle();
    lab.actor.stopping.handOver();
    await settle();
    expect(await codeOf(() => lab.actor.result.promise)).toBe('RUN_HANDED_OVER');
    expect(lab.actor.pipe.late).toBe(0);
    lab.context.token('three');
    await settle();
    expect(await stored(lab)).toEqual(['started', 'one ', 'two ']);
    expect(lab.actor.pipe.late).toBe(1);
  });

  it('is nobody else’s before all that was taken is stored', async () => {
    const gate = new Floodgate();
    const lab = leaving({ append: gate.pace });
    let isGone = false;
    lab.actor.result.promise.catch(() => (isGone = true));
    await settle();
    lab.actor.stopping.handOver();
    for (let groups = 0; groups < 2; groups++) {
      await settle();
      expect([isGone, lab.actor.stopping.hasLeft, gate.waiting]).toEqual([false, true, 1]);
      gate.release();
    }
    await settle();
    expect(isGone).toBe(true);
    expect(await stored(lab)).toEqual(['started', 'one ', 'two ']);
  });

  it('lets out what was held back as it may be seen', async () => {
    const lab = runLab({ secrets: { key: SECRET } });
    lab.actor.begin({}, 0, async () => {
      lab.context.token(`it begins like ${SECRET.slice(0, -3)}`);
      await new Promise(resolve => lab.actor.stopping.signal.addEventListener('abort', resolve));
    });
    await settle();
    const before = (await stored(lab)).join('');
    lab.actor.stopping.handOver();
    await settle();
    const after = (await stored(lab)).join('');
    expect(before).not.toContain(SECRET.slice(0, -3));
    expect(after).toBe(`startedit begins like ${SECRET.slice(0, -3)}`);
  });
});
