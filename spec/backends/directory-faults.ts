import type { Directory, Log, RunKey } from '../../src/backends/backend.ts';
import { methodsOf, withDirectory, withLog, type PlantedFault } from './fault.ts';

const shout = (key: RunKey) => key.replace(/^[^/]*/, 'one-for-all') as RunKey;

/** Directories that forget, mix up or hide, and runs that stay or go at the wrong time. */
export const DIRECTORY_FAULTS: readonly PlantedFault[] = [
  [
    'mixes the tenants of a run id',
    backend => ({
      ...backend,
      log: {
        append: (key, batch) => backend.log.append(shout(key), batch),
        read: (key, query) => backend.log.read(shout(key), query),
        watch: (key, ring) => backend.log.watch(shout(key), ring),
        trim: (key, seq) => backend.log.trim(shout(key), seq),
      },
      directory: {
        ...methodsOf(backend.directory),
        create: (record, idempotency) => {
          void backend.directory.create({ ...record, tenantId: 'one-for-all' });
          return backend.directory.create(record, idempotency);
        },
      },
    }),
    /no tenant/,
  ],
  [
    'lists the runs of all tenants',
    withDirectory((directory, backend) => {
      const tenants = new Set<string>();
      return {
        create: (record, idempotency) => {
          tenants.add(record.tenantId);
          return backend.directory.create(record, idempotency);
        },
        list: query => ({
          runs: [...tenants].flatMap(tenantId => {
            const page = directory.list({ ...query, tenantId });
            return 'runs' in page ? page.runs : [];
          }),
        }),
      };
    }),
    /no tenant/,
  ],
  [
    'shares idempotency keys among tenants',
    withDirectory(directory => {
      const used = new Set<string>();
      return {
        create: (record, idempotency) => {
          if (idempotency && used.has(idempotency.key)) return { result: 'conflict' };
          if (idempotency) used.add(idempotency.key);
          return directory.create(record, idempotency);
        },
      };
    }),
    /no tenant/,
  ],
  [
    'ignores idempotency keys',
    withDirectory(directory => ({ create: record => directory.create(record) })),
    /repeated request/,
  ],
  [
    'ignores fingerprints',
    withDirectory(directory => ({
      create: (record, idempotency) =>
        directory.create(record, idempotency && { ...idempotency, fingerprint: 'same' }),
    })),
    /repeated request/,
  ],
  [
    'replaces a run of the same id',
    withDirectory(directory => ({
      create: (record, idempotency) => {
        const answer = directory.create(record, idempotency);
        return 'result' in answer && answer.result === 'exists' ? { result: 'created', record } : answer;
      },
    })),
    /admits an id once/,
  ],
  [
    'keeps the log of an erased run',
    withLog((log, backend) => {
      let last: ReturnType<Log['read']> = { result: 'absent' };
      return {
        read: (key, query) => {
          const answer = log.read(key, query);
          if ('result' in answer && answer.result === 'absent')
            return backend.directory.get(key) ? answer : last;
          return (last = answer);
        },
      };
    }),
    /admits an id once|after an erasure/,
  ],
  [
    'does not say when a record was changed',
    withDirectory(directory => ({
      update: (key, change) => {
        const record = directory.update(key, change);
        return record && 'updatedAt' in record ? { ...record, updatedAt: record.createdAt } : record;
      },
    })),
    /when it was changed/,
  ],
  [
    'lets an ended run be at work again',
    withDirectory(directory => {
      return {
        update: (key, change) => {
          const record = directory.update(key, change);
          return record && 'status' in record
            ? { ...record, status: change.status ?? record.status }
            : record;
        },
      };
    }),
    /keeps the end of a run/,
  ],
  [
    'lists oldest first',
    withDirectory(directory => ({
      list: query => {
        const page = directory.list(query);
        return 'runs' in page ? { ...page, runs: [...page.runs].reverse() } : page;
      },
    })),
    /newest first/,
  ],
  [
    'ignores the labels of a query',
    withDirectory(directory => ({ list: ({ labels: _, ...query }) => directory.list(query) })),
    /filters by all/,
  ],
  [
    'pages a list by counting',
    withDirectory(directory => ({
      list: ({ page, ...query }) => {
        const all = directory.list({ ...query, limit: 1_000 });
        if (!('runs' in all)) return all;
        const from = Number(page ?? 0);
        const runs = all.runs.slice(from, from + query.limit);
        return from + query.limit < all.runs.length ? { runs, next: String(from + query.limit) } : { runs };
      },
    })),
    /while runs come and go/,
  ],
  [
    'leaves out of the next page what was made in the millisecond of the last run',
    withDirectory(directory => ({
      list: query => {
        const answer = directory.list(query);
        if (!('runs' in answer) || query.page === undefined) return answer;
        const [time] = query.page.split('-');
        return { ...answer, runs: answer.runs.filter(run => Date.parse(run.createdAt) !== Number(time)) };
      },
    })),
    /one millisecond/,
  ],
  [
    'takes any page token for the beginning',
    withDirectory(directory => ({
      list: ({ page, ...query }) => directory.list(page && /^\d+-/.test(page) ? { ...query, page } : query),
    })),
    /page token/,
  ],
  [
    'tells no news of removed runs',
    withDirectory(directory => ({
      watch: tell =>
        directory.watch(news => {
          if (news.news !== 'removed') tell(news);
        }),
    })),
    /tells of records/,
  ],
  [
    'lets a watcher of records stop the others',
    withDirectory(directory => {
      const tells: Parameters<Directory['watch']>[0][] = [];
      directory.watch(news => {
        for (const tell of tells) tell(news);
      });
      return { watch: tell => (tells.push(tell), () => undefined) };
    }),
    /tells of records/,
  ],
  [
    'never lets a run expire',
    withDirectory(directory => ({
      create: (record, idempotency) => directory.create({ ...record, ttl: 2 ** 40 }, idempotency),
    })),
    /after its time to live/,
  ],
  [
    'lets a run expire that is in use',
    withDirectory(directory => ({
      create: (record, idempotency) => directory.create({ ...record, ttl: record.ttl / 4 }, idempotency),
    })),
    /from the last activity/,
  ],
  [
    'lets a run expire that is worked on',
    withDirectory(directory => ({
      create: (record, idempotency) => {
        const answer = directory.create({ ...record, status: 'completed' }, idempotency);
        return 'result' in answer && answer.result === 'created' ? { ...answer, record } : answer;
      },
    })),
    /however long it is silent/,
  ],
  [
    'answers after it was closed',
    backend => ({ ...backend, close: () => Promise.resolve() }),
    /after it was closed/,
  ],
];
