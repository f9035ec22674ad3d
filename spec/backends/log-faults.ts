import type { AppendResult, Log, LogQuery, RunKey } from '../../src/backends/backend.ts';
import { Entry } from '../../src/event/entry.ts';
import { withDirectory, withLog, type Fault, type PlantedFault } from './fault.ts';

const reads = (change: (read: Log['read'], key: RunKey, query: LogQuery) => ReturnType<Log['read']>): Fault =>
  withLog(log => ({ read: (key, query) => change((k, q) => log.read(k, q), key, query) }));

const ignoring = <Name extends keyof LogQuery>(name: Name, value: LogQuery[Name]): Fault =>
  reads((read, key, query) => read(key, { ...query, [name]: value }));

/** Logs that lose, repeat, hide or keep silent. */
export const LOG_FAULTS: readonly PlantedFault[] = [
  [
    'drops the gap after a trim',
    reads((read, key, query) => {
      const answer = read(key, query);
      return 'result' in answer && answer.result === 'gap' && !query.reverse
        ? read(key, { ...query, after: answer.to })
        : answer;
    }),
    /exactly what was trimmed/,
  ],
  [
    'begins the gap at the wrong event',
    reads((read, key, query) => {
      const answer = read(key, query);
      return 'result' in answer && answer.result === 'gap' ? { ...answer, from: 1 } : answer;
    }),
    /middle of paging/,
  ],
  [
    'answers backwards from what is gone with an empty page',
    reads((read, key, query) => {
      const answer = read(key, query);
      return query.reverse && 'result' in answer && answer.result === 'gap'
        ? read(key, { ...query, limit: 0, reverse: false, after: 0 })
        : answer;
    }),
    /middle of paging/,
  ],
  [
    'forgets batch ids',
    withLog(log => {
      let count = 0;
      return { append: (key, batch) => log.append(key, { ...batch, id: `${batch.id}-${count++}` }) };
    }),
    /repeated batch as the first time/,
  ],
  [
    'checks for the end before it checks for a repeat',
    withLog(log => ({
      append: (key, batch) => {
        const page = log.read(key, { after: 0, limit: 0 });
        if ('result' in page && page.result === 'page' && page.closed)
          return { result: 'closed', end: page.tip };
        return log.append(key, batch);
      },
    })),
    /repeated final batch/,
  ],
  [
    'answers a repeat with the tip of now',
    withLog(log => ({
      append: (key, batch) => {
        const answer = log.append(key, batch) as AppendResult;
        const page = log.read(key, { after: 0, limit: 0 });
        if (answer.result !== 'duplicate' || !('tip' in page)) return answer;
        return { ...answer, last: page.tip, cursor: page.cursor };
      },
    })),
    /repeated batch as the first time/,
  ],
  [
    'takes events after the end',
    withLog(log => ({ append: (key, { end: _, ...batch }) => log.append(key, batch) })),
    /exactly one end/,
  ],
  [
    'takes a batch that does not follow',
    withLog(log => ({
      append: (key, batch) => {
        const answer = log.append(key, batch) as AppendResult;
        return answer.result === 'gap' ? log.append(key, { ...batch, after: answer.expected }) : answer;
      },
    })),
    /does not follow/,
  ],
  [
    'takes half of a batch before it fails',
    withLog(log => ({
      append: (key, batch) => {
        if (batch.entries.length < 2) return log.append(key, batch);
        const page = log.read(key, { after: 0, limit: 0 });
        if (!('tip' in page) || page.closed || page.tip === batch.after) return log.append(key, batch);
        void log.append(key, {
          id: `half of ${batch.id}`,
          after: page.tip,
          entries: batch.entries.slice(0, 1),
        });
        return { result: 'gap', expected: page.tip };
      },
    })),
    /takes nothing of it/,
  ],
  [
    'gives each event twice',
    reads((read, key, query) => {
      const answer = read(key, query);
      if (!('entries' in answer)) return answer;
      return { ...answer, entries: answer.entries.flatMap(entry => [entry, entry]) };
    }),
    /order of appending/,
  ],
  [
    'gives one event less than it has',
    reads((read, key, query) => {
      const answer = read(key, query);
      return 'entries' in answer ? { ...answer, entries: answer.entries.slice(0, -1) } : answer;
    }),
    /order of appending/,
  ],
  [
    'changes what it keeps',
    reads((read, key, query) => {
      const answer = read(key, query);
      if (!('entries' in answer)) return answer;
      const entries = answer.entries.map(({ cursor, seq, line }) => Entry.ofLine(cursor, seq, `${line} `));
      return { ...answer, entries };
    }),
    /order of appending/,
  ],
  ['ignores the direction', ignoring('reverse', false), /both directions/],
  ['ignores the bytes of a page', ignoring('bytes', undefined), /within its bytes/],
  [
    'takes a limit of 0 for none',
    reads((read, key, query) => read(key, { ...query, limit: query.limit || 1_000 })),
    /limit of 0/,
  ],
  ['ignores the epoch', ignoring('epoch', undefined), /another life/],
  [
    'answers a reader from the future with an empty page',
    reads((read, key, query) => {
      const answer = read(key, query);
      return 'reason' in answer && answer.reason === 'future' ? read(key, { after: 0, limit: 0 }) : answer;
    }),
    /from the future/,
  ],
  [
    'takes an absent run for an empty one',
    reads((read, key, query) => {
      const answer = read(key, query);
      if (!('result' in answer) || answer.result !== 'absent') return answer;
      return { result: 'page', entries: [], tip: 0, cursor: 'e.0.0', closed: false };
    }),
    /absent/,
  ],
  ['never trims', withLog(() => ({ trim: () => undefined })), /what was trimmed/],
  [
    'trims the newest event too',
    withLog(log => {
      const trimmed = new Map<RunKey, number>();
      return {
        trim: (key, seq) => {
          trimmed.set(key, seq);
          return log.trim(key, seq);
        },
        read: (key, query) => {
          const answer = log.read(key, query);
          if (!('entries' in answer)) return answer;
          const first = trimmed.get(key) ?? 0;
          return { ...answer, entries: answer.entries.filter(({ seq }) => seq > first) };
        },
      };
    }),
    /never trims the newest/,
  ],
  [
    'keeps everything',
    withDirectory(directory => ({
      create: (record, idempotency) =>
        directory.create({ ...record, keep: { events: Infinity, bytes: Infinity } }, idempotency),
    })),
    /at most so many events/,
  ],
  ['never rings', withLog(() => ({ watch: () => () => undefined })), /rings after an append/],
  [
    'rings after the end of a watch',
    withLog(log => ({
      watch: (key, ring) => {
        log.watch(key, ring);
        return () => undefined;
      },
    })),
    /nobody after the end of a watch/,
  ],
  [
    'rings before the event can be read',
    withLog(log => {
      const rings = new Map<RunKey, (() => void)[]>();
      return {
        watch: (key, ring) => {
          rings.set(key, [...(rings.get(key) ?? []), ring]);
          return () => undefined;
        },
        append: (key, batch) => {
          for (const ring of rings.get(key) ?? []) ring();
          return log.append(key, batch);
        },
      };
    }),
    /rings after an append/,
  ],
];
