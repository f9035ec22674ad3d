import { describe, expect, it } from '@jest/globals';
import { clockFindings } from './clock-findings.ts';
import { cyclesOf } from './import-graph.ts';
import { roomFindings } from './room-findings.ts';
import { house, readSources } from './source-file.ts';

const SOURCES = readSources();

describe('rooms', () => {
  it('open only the doors of the room table', () => expect(roomFindings(SOURCES)).toEqual([]));

  it.each([
    ['upwards', 'event/a.ts', `import { run } from '../run/run.ts';`],
    ['upwards by a type', 'event/a.ts', `import type { Run } from '../run/run.ts';`],
    ['upwards inside a type', 'event/a.ts', `export type A = import('../run/run.ts').Run;`],
    ['upwards by a re-export', 'event/a.ts', `export { run } from '../run/run.ts';`],
    ['upwards and late', 'event/a.ts', `export const a = () => import('../run/run.ts');`],
    ['from secrets to events', 'secrets/a.ts', `import type { Json } from '../event/json.ts';`],
    ['from events to secrets', 'event/a.ts', `import { mask } from '../secrets/mask.ts';`],
    ['from one store to another', 'backends/redis/a.ts', `import { log } from '../memory/log.ts';`],
    ['from the contract to a store', 'backends/backend.ts', `import { log } from './memory/log.ts';`],
    ['from a run to a store', 'run/a.ts', `import { log } from '../backends/memory/log.ts';`],
    [
      'from the engine to a store it must be given',
      'engine/a.ts',
      `import { log } from '../backends/redis/log.ts';`,
    ],
    ['from one bridge to another', 'bridges/a2a/a.ts', `import { frame } from '../sse/frame.ts';`],
    ['from the laws to a bridge', 'testing/a.ts', `import { frame } from '../bridges/sse/frame.ts';`],
    ['to the command', 'http/a.ts', `import { main } from '../cli/main.ts';`],
    ['to the page', 'http/a.ts', `import { page } from '../dashboard/page.ts';`],
    ['to a package of another room', 'event/a.ts', `import { Observable } from 'rxjs';`],
    ['to Node from where a browser goes', 'client/a.ts', `import { readFile } from 'node:fs';`],
    ['from the client to React', 'client/a.ts', `import { useRun } from './react/use-run.ts';`],
    ['to an optional peer', 'index.ts', `import { Redis } from 'ioredis';`],
    ['from a room without a name', 'service/a.ts', ''],
  ])('an import %s is found', (_, path, text) =>
    expect(roomFindings(house({ [path]: text }))).toHaveLength(1),
  );

  it('may name types where values are closed', () => {
    const types = house({ 'bridges/sse/a.ts': `import type { Run } from '../../run/run.ts';` });
    const values = house({ 'bridges/sse/a.ts': `import { type Run, start } from '../../run/run.ts';` });
    expect(roomFindings(types)).toEqual([]);
    expect(roomFindings(values)).toEqual([
      'bridges/sse/a.ts:1: bridges/sse may not import values of run/run.ts, only types.',
    ]);
  });

  it('have no circles, not even of types', () => expect(cyclesOf(SOURCES)).toEqual([]));

  it('a circle of types is found', () => {
    const circle = house({
      'event/a.ts': `import type { B } from './b.ts';`,
      'event/b.ts': `import type { C } from './c.ts';`,
      'event/c.ts': `export type { A } from './a.ts';`,
    });
    expect(cyclesOf(circle)).toEqual(['event/a.ts → event/b.ts → event/c.ts → event/a.ts']);
  });
});

describe('clock, timers and randomness', () => {
  it('stay in src/time', () => expect(clockFindings(SOURCES)).toEqual([]));

  it.each([
    'Date.now()',
    'new Date()',
    'Date()',
    'performance.now()',
    'Math.random()',
    'setTimeout(run, 1)',
    'globalThis.setTimeout(run, 1)',
    'const timers = { setInterval };',
    'const later = setImmediate;',
    'queueMicrotask(run)',
    'globalThis.crypto.randomUUID()',
    'AbortSignal.timeout(1)',
    `import { scheduler } from 'node:timers/promises';`,
  ])('%s is found', text => {
    expect(clockFindings(house({ 'run/a.ts': text }))).toHaveLength(1);
    expect(clockFindings(house({ 'time/a.ts': text }))).toEqual([]);
  });

  it.each([
    'new Date(0)',
    'clock.now()',
    'host.setTimeout(run, 1)',
    'interface A { setTimeout: () => void }',
  ])('%s is not one', text => expect(clockFindings(house({ 'run/a.ts': text }))).toEqual([]));
});
