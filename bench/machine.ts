import { cpus, loadavg, totalmem } from 'node:os';

/** Where and when was measured. */
export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  /** Processes that wanted to run in the last minute. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    node: process.version,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    load: loadNow(),
  };
}

export function loadNow(): number {
  return Math.round(loadavg()[0]! * 100) / 100;
}
