import type { Awaitable } from '../../src/backends/awaitable.ts';
import type { Backend, Directory, Log } from '../../src/backends/backend.ts';
import { isPromise } from '../../src/backends/awaitable.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { Clock } from '../../src/time/clock.ts';
import { microtasks } from './microtasks.ts';

/** How the storage behaves. */
export interface Pace {
  /** Microtasks before and after each piece of work, in turn; `[0]` answers at once. */
  readonly turns: readonly number[];
  /** Events that are kept of a run; whatever the engine asks for. */
  readonly keep?: number | undefined;
}

/** What the storage of one run knows, whoever reads it. */
export interface Witness {
  readonly backend: Backend;
  /** In the order of storing. */
  readonly stored: readonly RunEvent[];
  /** The newest event whose storing was answered; nobody may be given a later one. */
  readonly acknowledged: number;
  /** How many of the first events retention has taken. */
  readonly forgotten: number;
}

/** Memory that answers as late as `turns` says and hears every bell as late, for one run. */
export function witnessedBackend({ turns, keep }: Pace, clock: Clock): Witness {
  const { flags, log, directory, close } = memoryBackend({ clock });
  const stored: RunEvent[] = [];
  let acknowledged = 0;
  let call = 0;

  const turn = (): number => turns[call++ % turns.length] ?? 0;
  const later = <Answer>(work: () => Awaitable<Answer>): Awaitable<Answer> => {
    const [before, after] = [turn(), turn()];
    return before + after === 0 ? work() : waited(before, work, after);
  };

  const slowLog: Log = {
    append: (key, batch) => {
      const answer = later(() => {
        // The log rings before it answers, and whoever hears that reads at once.
        stored.push(...batch.entries.map(entry => entry.event));
        const given = log.append(key, batch);
        if (isPromise(given) || given.result !== 'ok') stored.length = batch.after;
        return given;
      });
      const last = batch.after + batch.entries.length;
      if (!isPromise(answer)) acknowledged = last;
      else void answer.then(() => (acknowledged = last));
      return answer;
    },
    read: (key, query) => later(() => log.read(key, query)),
    watch: (key, ring) => {
      let isWatching = true;
      const leave = log.watch(
        key,
        () =>
          void later(() => {
            if (isWatching) ring();
          }),
      );
      return () => {
        isWatching = false;
        leave();
      };
    },
    trim: (key, seq) => log.trim(key, seq),
  };
  const slowDirectory: Directory = {
    create: (record, idempotency) =>
      later(() =>
        directory.create(
          { ...record, keep: keep === undefined ? record.keep : { events: keep, bytes: 1e9 } },
          idempotency,
        ),
      ),
    get: key => later(() => directory.get(key)),
    list: query => later(() => directory.list(query)),
    update: (key, change) => later(() => directory.update(key, change)),
    delete: key => later(() => directory.delete(key)),
    watch: tell => directory.watch(tell),
  };
  return {
    backend: { flags, log: slowLog, directory: slowDirectory, close },
    stored,
    get acknowledged() {
      return acknowledged;
    },
    get forgotten() {
      return keep === undefined ? 0 : Math.max(0, stored.length - keep);
    },
  };
}

async function waited<Answer>(before: number, work: () => Awaitable<Answer>, after: number): Promise<Answer> {
  await microtasks(before);
  const answer = await work();
  await microtasks(after);
  return answer;
}
