import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type StartRequest } from '../../src/client/create-client.ts';
import { produceRun } from '../../src/client/produce-run.ts';
import type { RunProducer } from '../../src/client/run-producer.ts';
import { UNMARKED, type ChaosInput } from './chaos-agents.ts';
import { codeOfError } from './error-code.ts';
import type { HistoryFile } from './history.ts';
import type { Chance } from './seeded-chance.ts';

/** What starts runs, one behind the other. */
export interface ProducerParts {
  readonly history: HistoryFile;
  readonly chance: Chance;
  readonly servers: readonly string[];
  readonly canaries: readonly string[];
  /** Takes no more runs when it fires. */
  readonly stop: AbortSignal;
  /** Somebody reads this run from now on; resolves when it has ended, for one of its readers. */
  readonly watch: (run: string) => Promise<void>;
}

/** Milliseconds after which a producer begins its next run, whatever became of the last one. */
const LONGEST = 30_000;
const PATIENT = { timeout: 4_000, retryDelay: 50, maxRetryDelay: 500 } as const;

/** Starts runs whose agents work in an instance. */
export async function produceByAgents(name: string, parts: ProducerParts): Promise<void> {
  const { chance, history, stop, servers, watch } = parts;
  for (let count = 1; !stop.aborted; count++) {
    const run = `${name}-${count}`;
    const input: ChaosInput = {
      ...{ seed: chance.between(1, 1e9), marks: chance.between(40, 160), fails: chance.next() < 0.3 },
    };
    const request = { id: run, input, idempotencyKey: run } satisfies StartRequest;
    const agent = chance.oneOf(['mortal', 'lasting']);
    if (!(await insist(parts, url => createClient(url, PATIENT).start(agent, request)))) continue;
    history.note({ kind: 'started', run, by: name });
    const over = watch(run);
    if (chance.next() < 0.15) {
      await pause(chance.between(200, 2_000));
      await createClient(chance.oneOf(servers), PATIENT)
        .cancel(run, { reason: `because of ${chance.oneOf(parts.canaries)}` })
        .catch(() => undefined);
    }
    await Promise.race([over, pause(LONGEST, undefined, { ref: false })]);
  }
}

/** Opens runs, and writes them itself, over HTTP. */
export async function produceOverHttp(name: string, parts: ProducerParts): Promise<void> {
  const { history, stop, watch } = parts;
  for (let count = 1; !stop.aborted; count++) {
    const run = `${name}-${count}`;
    const request = { id: run, idempotencyKey: run, idle: 6_000 } satisfies StartRequest;
    let server = '';
    const open = (url: string): Promise<unknown> => createClient((server = url), PATIENT).open(request);
    if (!(await insist(parts, open))) continue;
    history.note({ kind: 'started', run, by: name });
    const over = watch(run);
    const gaveUp = AbortSignal.timeout(LONGEST);
    const producer = produceRun(createClient(server).eventsUrl(run), { ...PATIENT, signal: gaveUp });
    await write(producer, name, parts).catch(() => undefined);
    await Promise.race([over, pause(LONGEST, undefined, { ref: false })]);
  }
}

async function write(producer: RunProducer, by: string, parts: ProducerParts): Promise<void> {
  const { chance, history, canaries } = parts;
  const run = producer.runId;
  for (const type of UNMARKED) history.note({ kind: 'tried', run, by, type });
  const last = chance.between(40, 160);
  let said = 0;
  while (said < last && !producer.signal.aborted) {
    const marks = Array.from({ length: chance.between(1, 5) }, () => `${run}:${said++}`);
    for (const mark of marks) {
      history.note({ kind: 'tried', run, by, type: 'custom:mark', mark });
      void producer.emit({ type: 'custom:mark', data: { mark } });
    }
    if (chance.next() < 0.2)
      for (const content of chance.cut(chance.oneOf(canaries), chance.between(1, 5)))
        void producer.emit({ type: 'token', data: { content, messageId: 'out' } });
    else {
      await producer.drained();
      for (const mark of marks) history.note({ kind: 'acked', run, by, mark });
    }
    await pause(chance.between(10, 100));
  }
  const canary = chance.oneOf(canaries);
  await (chance.next() < 0.3 ? producer.fail({ message: canary }) : producer.complete({ output: canary }));
}

/** Asks one server or another until one does it. False where it cannot be done, or nobody waits for it any longer. */
async function insist(
  { chance, servers, stop }: ProducerParts,
  act: (url: string) => Promise<unknown>,
): Promise<boolean> {
  while (!stop.aborted) {
    try {
      await act(chance.oneOf(servers));
      return true;
    } catch (error) {
      if (!['CONNECTION_LOST', 'STORAGE_LOST', 'BAD_RESPONSE'].includes(codeOfError(error))) return false;
      await pause(chance.between(50, 300));
    }
  }
  return false;
}
