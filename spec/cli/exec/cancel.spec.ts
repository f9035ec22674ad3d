import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../support/settle.ts';
import { buildCommand, runProcess, type BuiltCommand } from '../command-process.ts';
import { eventsOf, exec, processesOf, serve, type Exec, type Served } from './exec-lab.ts';

let command: BuiltCommand;
let served: Served;
beforeAll(async () => {
  command = await buildCommand();
  served = await serve();
}, 60_000);
afterAll(async () => {
  await served?.close();
  command?.remove();
}, 60_000);

let runs = 0;
/** A program that has said `ready`. */
async function started(script: string, ...flags: string[]): Promise<{ runId: string; running: Exec }> {
  const runId = `cancelled-${++runs}`;
  const running = exec(command.path, served.url, [
    '--run',
    runId,
    ...flags,
    '--',
    process.execPath,
    '-e',
    script,
  ]);
  await running.says('ready');
  return { runId, running };
}

const endOf = async (runId: string) => (await eventsOf(served, runId)).at(-1);

const WAITS = `setInterval(() => {}, 1000); console.log('ready');`;
const DEAF = `for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {}); ${WAITS}`;
/** It has a child that is deaf, and leaves it alone. */
const PARENT = `
  const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(DEAF)}], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.pipe(process.stdout);`;

describe('a run that is cancelled', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)(
    'by %s to the command passes it on to the program',
    async (signal, code) => {
      const { runId, running } = await started(WAITS);
      running.process.kill(signal);
      expect(await running.ended).toBe(code);
      expect(await endOf(runId)).toMatchObject({ type: 'cancelled', data: { reason: signal } });
      expect(processesOf(runId)).toEqual([]);
    },
    30_000,
  );

  it('ends with what the program says when it has cleaned up', async () => {
    const { runId, running } = await started(
      `process.on('SIGINT', () => { console.log('bye'); process.exit(7); }); ${WAITS}`,
    );
    running.process.kill('SIGINT');
    expect(await running.ended).toBe(7);
    expect(running.out()).toBe('ready\nbye\n');
    expect(await endOf(runId)).toMatchObject({ type: 'cancelled' });
  }, 30_000);

  it('from elsewhere stops a silent program, while somebody watches it', async () => {
    const { runId, running } = await started(WAITS);
    const tail = runProcess(command.path, ['tail', runId, '--url', served.url]);
    await tail.says(/ready/);
    const answer = await fetch(`${served.url}/runs/${runId}/cancel`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(await running.ended).toBe(143);
    expect(running.err()).toContain('the run was cancelled: stopping the program');
    expect(await endOf(runId)).toMatchObject({ type: 'cancelled' });
    await tail.ended;
    expect(tail.said.out + tail.said.err).toMatch(/cancelled/);
    expect(processesOf(runId)).toEqual([]);
  }, 30_000);

  it('kills what does not stop within its grace, grandchildren included', async () => {
    const { runId, running } = await started(PARENT, '--grace', '0.3');
    expect(processesOf(runId)).toHaveLength(2);
    running.process.kill('SIGTERM');
    expect(await running.ended).toBe(143);
    expect(await endOf(runId)).toMatchObject({ type: 'cancelled' });
    expect(processesOf(runId)).toEqual([]);
  }, 30_000);

  it('kills at once at the second signal', async () => {
    const { runId, running } = await started(DEAF, '--grace', '3600');
    running.process.kill('SIGINT');
    running.process.kill('SIGTERM');
    expect(await running.ended).toBe(137);
    expect(processesOf(runId)).toEqual([]);
    // A server that is there is told all the same.
    expect(await endOf(runId)).toMatchObject({ type: 'cancelled' });
    expect(running.err()).not.toContain('did not answer');
  }, 30_000);

  it('wakes a program that is halted', async () => {
    const { runId, running } = await started(WAITS, '--grace', '3600');
    const [pid] = processesOf(runId);
    process.kill(Number(pid), 'SIGSTOP');
    running.process.kill('SIGTERM');
    expect(await running.ended).toBe(143);
  }, 30_000);

  it('stops a program whose output nobody takes', async () => {
    const runId = `cancelled-${++runs}`;
    const yes = exec(command.path, served.url, ['--run', runId, '--', 'yes'], { stdio: 'unread' });
    await until(() => processesOf(runId).length > 0);
    await fetch(`${served.url}/runs/${runId}/cancel`, { method: 'POST' });
    await until(() => processesOf(runId).length === 0, 'the end of the program');
    yes.process.stdout.resume();
    expect(await yes.ended).toBe(143);
  }, 30_000);

  it('leaves nobody behind when the command itself is ended by a fault', async () => {
    const { runId, running } = await started(
      `process.stdout.on('error', () => process.exit()); setInterval(() => console.log('ready'), 10);`,
    );
    running.process.kill('SIGKILL');
    await running.ended;
    await until(() => processesOf(runId).length === 0, 'the end of a program that finds its output closed');
    await served.engine.runs.cancel(runId);
  }, 30_000);
});
