import { describe, expect, it } from '@jest/globals';
import { createGate } from '../../src/control/create-gate.ts';
import { broken, collect } from '../support/collect.ts';
import { codeOf } from '../support/code-of.ts';
import { runLab } from '../support/run-lab.ts';
import { settle, until } from '../support/settle.ts';
import { Floodgate } from '../support/slow-backend.ts';

const said = (items: readonly unknown[]) =>
  items.map(item => (item as { data: { content?: string } }).data.content ?? (item as { type: string }).type);

describe('the pipe of a run', () => {
  it('delivers inside the call where the log is synchronous', () => {
    const { run, actor, context } = runLab();
    actor.begin({}, 0);
    const seen = collect(run);
    context.token('a');
    expect(seen.seqs).toEqual([1, 2]);
  });

  it('puts what subscribers emit in their callbacks behind what they heard', () => {
    const { run, actor, context } = runLab();
    actor.begin({}, 0);
    collect(run, item => {
      if ('data' in item && item.type === 'token' && item.data.content.length < 3) {
        context.token(`${item.data.content}1`);
        context.token(`${item.data.content}2`);
      }
    });
    const second = collect(run);
    context.token('x');
    expect(said(second.events)).toEqual(['started', 'x', 'x1', 'x2', 'x11', 'x12', 'x21', 'x22']);
  });

  it('appends what came meanwhile as one group', async () => {
    const gate = new Floodgate();
    const lab = runLab({ append: gate.pace });
    const groups: number[] = [];
    const { append } = lab.backend.log;
    Object.assign(lab.backend.log, {
      append: (...args: Parameters<typeof append>) => (groups.push(args[1].entries.length), append(...args)),
    });
    lab.actor.begin({}, 0);
    const seen = collect(lab.run);
    for (let at = 0; at < 600; at++) lab.context.token('x');
    expect([lab.actor.pipe.depth, gate.waiting]).toEqual([600, 1]);
    gate.open();
    await lab.context.drained();
    expect(groups).toEqual([1, 256, 256, 88]);
    expect(seen.seqs).toHaveLength(601);
  });

  it('is drained when all that was said before is stored, though others go on', async () => {
    const gate = new Floodgate();
    const { actor, context } = runLab({ append: gate.pace });
    actor.begin({}, 0);
    let isDrained = false;
    context.token('mine');
    void context.drained().then(() => (isDrained = true));
    for (let round = 0; round < 2; round++) {
      await settle();
      expect(isDrained).toBe(false);
      context.token('of somebody else');
      gate.release();
    }
    await settle();
    expect([isDrained, gate.waiting]).toEqual([true, 1]);
  });

  it('answers each emit with what became of it', async () => {
    const { actor, context } = runLab();
    actor.begin({}, 0);
    expect(await context.emit('step', { name: 's' })).toEqual({
      outcome: 'stored',
      seq: 2,
      cursor: 'e1.2.0',
    });
    actor.end.complete(undefined);
    expect(await context.emit('step', { name: 's' })).toEqual({ outcome: 'ended' });
    expect(actor.pipe.late).toBe(1);
  });

  it('counts what comes behind the end and never refuses it, also while the end waits', async () => {
    const gate = new Floodgate();
    const { run, actor, context } = runLab({ append: gate.pace, mailbox: { events: 1, bytes: 1e6 } });
    const seen = collect(run);
    actor.begin({}, 0);
    actor.end.complete('done');
    for (let at = 0; at < 5; at++) context.step('late');
    const outcome = context.emit('step', { name: 'later' });
    gate.open();
    await until(() => seen.ended);
    expect(broken(seen)).toBeUndefined();
    expect([await outcome, actor.pipe.late, seen.types]).toEqual([
      { outcome: 'ended' },
      6,
      ['started', 'complete'],
    ]);
  });

  it('ends the run also where a stage throws over the end', async () => {
    const secrets = { KEY: 'hunter22' };
    const lab = runLab({ secrets });
    const seen = collect(lab.run);
    const { mask } = lab.actor.parts.services.secrets;
    Object.assign(lab.actor.parts.services.secrets, {
      mask(this: unknown, text: string) {
        if (text === 'break hunter22') throw new Error(text);
        return mask.call(lab.actor.parts.services.secrets, text);
      },
    });
    lab.actor.begin({}, 0);
    lab.actor.end.complete('break hunter22');
    expect(broken(seen)).toBeUndefined();
    expect(seen.events.at(-1)).toMatchObject({
      ...{ type: 'error', final: true },
      data: { code: 'INTERNAL', recoverable: false },
    });
    expect(JSON.stringify(seen.items)).not.toContain('hunter22');
    expect(await codeOf(() => lab.run.result)).toBe('RUN_FAILED');
  });

  it('fails what is awaited where a stage throws, and the run where nobody waits', async () => {
    const policy = { name: 'steps', types: 'step', decide: () => ({ signal: 'PROCEED' }) as const };
    const gate = Object.assign(createGate([policy]), {
      askNow() {
        throw new Error('judge');
      },
    });
    const lab = runLab({ gate });
    const seen = collect(lab.run);
    lab.actor.begin({}, 0);
    expect(String(await codeOf(() => lab.context.emit('step', { name: 'a' })))).toBe('Error: judge');
    expect(lab.actor.isEnding).toBe(false);
    lab.context.step('b');
    expect(broken(seen)).toBeUndefined();
    expect(seen.events.at(-1)).toMatchObject({ type: 'error', data: { message: 'judge' } });
  });

  it('leaves out what the run does not record, and numbers the rest', async () => {
    const { parseFilter } = await import('../../src/event/filter.ts');
    const { run, actor, context } = runLab({ record: parseFilter('token') });
    const seen = collect(run);
    actor.begin({}, 0);
    context.step('a');
    expect(await context.emit('step', { name: 'b' })).toEqual({ outcome: 'skipped' });
    context.token('c');
    actor.end.complete(undefined);
    expect([broken(seen), seen.types]).toEqual([undefined, ['started', 'token', 'complete']]);
  });

  it('fails its readers, its signal, its result and its emits when the log is lost', async () => {
    const gate = new Floodgate();
    const lab = runLab({ append: gate.pace });
    const seen = collect(lab.run);
    lab.actor.begin({}, 0);
    const { signal } = lab.context;
    const emitted = lab.context.emit('step', { name: 'a' });
    Object.assign(lab.backend.log, { append: () => Promise.reject(new Error('disk')) });
    gate.open();
    expect(await codeOf(() => emitted)).toBe('STORAGE_LOST');
    expect(await codeOf(() => lab.run.result)).toBe('STORAGE_LOST');
    expect([signal.aborted, (seen.error as { code: string }).code]).toEqual([true, 'STORAGE_LOST']);
    expect([lab.run.status, lab.sweep.size]).toEqual(['failed', 0]);
    lab.actor.end.complete('too late');
    expect(await codeOf(() => lab.context.emit('step', { name: 'b' }))).toBe('STORAGE_LOST');
    await lab.context.drained();
    const late = collect(lab.run);
    expect((late.error as { code: string }).code).toBe('STORAGE_LOST');
  });

  it('does not start the work of a run whose birth could not be stored', async () => {
    const lab = runLab({
      append: () => {
        throw new Error('disk');
      },
    });
    let worked = false;
    lab.actor.begin({}, 0, () => (worked = true));
    await settle();
    expect([worked, await codeOf(() => lab.run.result)]).toEqual([false, 'STORAGE_LOST']);
  });
});
