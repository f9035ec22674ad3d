import { describe, expect, it } from '@jest/globals';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { backendLaws } from '../../src/testing/backend-laws.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { DIRECTORY_FAULTS } from './directory-faults.ts';
import type { Fault } from './fault.ts';
import { LOG_FAULTS } from './log-faults.ts';

const laws = backendLaws(memoryBackend().flags);
const PLANTED_FAULTS = [...LOG_FAULTS, ...DIRECTORY_FAULTS];

describe('backendLaws', () => {
  it.each(PLANTED_FAULTS)('notice a backend that %s', async (_, plant, law) => {
    const broken = await brokenBy(plant);
    expect(broken).toContainEqual(expect.stringMatching(law));
  });

  it('are each noticed by a planted fault', async () => {
    const broken = new Set<string>();
    for (const [, plant] of PLANTED_FAULTS) for (const name of await brokenBy(plant)) broken.add(name);
    expect(laws.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([]);
  });

  it('take answers that come later', async () => {
    expect(await brokenBy(later)).toEqual([]);
  });
});

async function brokenBy(plant: Fault): Promise<string[]> {
  const clock = new ManualClock();
  const lab = { open: () => plant(memoryBackend({ clock })), clock, patience: 10 };
  const broken: string[] = [];
  for (const { name, check } of laws) {
    try {
      await check(lab);
    } catch {
      broken.push(name);
    }
  }
  return broken;
}

const later: Fault = backend => ({
  ...backend,
  log: delayed(backend.log),
  directory: delayed(backend.directory),
});

// Each answer of a part comes a turn later; what a watch returns is no answer.
function delayed<T extends object>(part: T): T {
  return new Proxy(part, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      if (name === 'watch') return method.bind(target);
      return (...args: unknown[]) => Promise.resolve().then(() => method.apply(target, args));
    },
  });
}
