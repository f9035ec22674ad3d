import { ReplaySubject } from 'rxjs';
import { createEngine, type RunContext, type RunEvent } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

let heard = 0;

/** A run from its start to the moment nothing is left of it. */
export const runLife: Row = {
  name: 'run-life',
  what: 'start, 3 events, complete, 1 subscriber, evicted',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 6 },
  against: 'ReplaySubject(64): made, registered in a Map, 1 subscriber, 3 next, complete, unregistered',
  base: replaySubject,
  ours: () => started(() => ({})),
  others: {
    'the same with ids that the caller gives': () => {
      let count = 0;
      return started(() => ({ id: `run-${count++}` }));
    },
    'the same by engine.open and its writer': opened,
  },
};

function replaySubject(): Promise<number> {
  const events = prebuiltTokens(3);
  const runs = new Map<string, ReplaySubject<RunEvent>>();
  let count = 0;
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) {
      const id = `run-${count++}`;
      const subject = new ReplaySubject<RunEvent>(64);
      runs.set(id, subject);
      subject.subscribe(event => void (heard += event.seq));
      for (const event of events) subject.next(event);
      subject.complete();
      runs.delete(id);
    }
  });
}

function started(options: () => { readonly id?: string }): Promise<number> {
  const engine = createEngine();
  const agent = (ctx: RunContext): void => {
    ctx.token('one');
    ctx.token('two');
    ctx.token('three');
  };
  return cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      const run = await engine.start(agent, options());
      await new Promise<void>((complete, error) => {
        run.subscribe({ next: () => void heard++, complete, error });
      });
      await engine.runs.delete(run.id);
    }
  });
}

function opened(): Promise<number> {
  const engine = createEngine();
  return cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      const writer = await engine.open();
      writer.run.subscribe(() => void heard++);
      writer.token('one');
      writer.token('two');
      writer.token('three');
      await writer.complete();
      await engine.runs.delete(writer.id);
    }
  });
}
