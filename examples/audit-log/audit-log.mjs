// @ts-check
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from 'sluice';
import { fileCursorStore, jsonlFileSink } from 'sluice/sinks';

const folder = await mkdtemp(join(tmpdir(), 'audit-log-'));
const engine = createEngine();
let failures = 0;

/** A disk that is full at first. */
function openAudit() {
  const file = jsonlFileSink({ path: join(folder, 'events.jsonl'), maxBytes: 2_000, keep: 100 });
  return engine.sink(
    {
      ...file,
      write: (events, run) => {
        if (failures < 2) {
          failures++;
          throw new Error('no space left on the disk');
        }
        return file.write(events, run);
      },
    },
    {
      name: 'audit',
      store: fileCursorStore({ path: join(folder, 'cursors') }),
      maxBatch: 5,
      onError: () => undefined,
    },
  );
}

async function work() {
  const run = await engine.start(ctx => {
    for (let n = 1; n <= 10; n++) ctx.token(`word ${n} `);
  });
  await run.result;
}

const first = openAudit();
await work();
await first.flush();
await first.close();

// Nobody writes the log meanwhile; the run waits in the backend.
await work();

const second = openAudit();
await work();
await second.flush();
console.log(`3 runs, 36 events committed.\nThe disk failed ${failures} times.`);
await engine.close();

const names = (await readdir(folder)).filter(name => name.startsWith('events'));
const age = (/** @type {string} */ name) => Number(name.split('.')[2] ?? 0);
names.sort((a, b) => age(b) - age(a));
/** @type {Map<string, number[]>} */
const runs = new Map();
const ids = new Set();
for (const name of names) {
  for (const line of (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n')) {
    const event = JSON.parse(line);
    if (ids.has(event.id)) continue;
    ids.add(event.id);
    runs.set(event.runId, [...(runs.get(event.runId) ?? []), event.seq]);
  }
}
const isWhole = [...runs.values()].every(
  seqs => seqs.length === 12 && seqs.every((seq, at) => seq === at + 1),
);
console.log(
  `${ids.size} different events in ${names.length} files, ` +
    (isWhole ? 'every run from 1 to 12 in order.' : 'and some are missing!'),
);
await rm(folder, { recursive: true });
