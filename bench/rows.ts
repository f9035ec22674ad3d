import type { Row } from './row.ts';
import { a2aMapRows } from './rows/a2a-map.ts';
import { chatMaps } from './rows/chat-map.ts';
import { client } from './rows/client.ts';
import { crowdEmit, crowdMemory, stalledMemory } from './rows/crowd.ts';
import { emitRow } from './rows/emit.ts';
import { fileAppendRow } from './rows/file-append.ts';
import { gateAll, gateTyped } from './rows/gate.ts';
import { execRow, NODE_PROGRAM, SEQ_PROGRAM } from './rows/exec.ts';
import { gateNone } from './rows/gate-none.ts';
import { idleHeap } from './rows/idle-heap.ts';
import { importLogs } from './rows/import-logs.ts';
import { lateJoin } from './rows/late-join.ts';
import { latency } from './rows/latency.ts';
import { cloudEventsMap, kafkaEmit, kafkaMap, otelEmit } from './rows/out-bridges.ts';
import { observersRow } from './rows/observers.ts';
import { idleOwned, idleWatched, redisHint, watchedHeap } from './rows/instances.ts';
import { coreAppend, coreMemory, coreRead } from './rows/redis-core.ts';
import { redisAppendRow, redisRead } from './rows/redis.ts';
import { redactionRow } from './rows/redaction.ts';
import { replay } from './rows/replay.ts';
import { fileCursor, fileResume, fileTail, redisResume } from './rows/resume.ts';
import { runLife } from './rows/run-life.ts';
import { completeMemory, completeRow, sseMemoryRow, sseRow } from './rows/sse.ts';
import { toolRow } from './rows/tool.ts';
import { wsMemoryRow, wsRow } from './rows/ws.ts';

/** Everything that is measured, with its goal. */
export const ROWS: readonly Row[] = [
  emitRow(1, 1.0),
  emitRow(10, 0.8),
  emitRow(100, 1.0),
  runLife,
  idleHeap,
  sseRow(1_000, 1),
  sseRow(100, 1),
  sseRow(1_000, 16),
  sseRow(100, 16),
  sseMemoryRow(1_000),
  wsRow(1_000, 1),
  wsRow(1_000, 16),
  wsMemoryRow(1_000),
  completeRow(100),
  completeRow(1_000),
  completeRow(5_000),
  completeMemory,
  crowdEmit,
  crowdMemory,
  stalledMemory,
  latency,
  client,
  ...a2aMapRows,
  ...chatMaps,
  kafkaMap,
  cloudEventsMap,
  kafkaEmit,
  otelEmit,
  importLogs,
  replay,
  lateJoin,
  fileAppendRow('never', 1.8),
  fileAppendRow('always', 1.3),
  redisAppendRow(16, 1 / 4),
  redisAppendRow(1, 1 / 0.9),
  redisRead,
  coreAppend,
  coreRead,
  coreMemory,
  redisResume,
  fileResume,
  fileTail,
  fileCursor,
  redisHint,
  idleWatched,
  watchedHeap,
  idleOwned,
  gateAll,
  gateTyped,
  execRow('exec-node', 'a Node program', NODE_PROGRAM),
  execRow('exec-seq', 'seq', SEQ_PROGRAM),
  gateNone,
  observersRow,
  toolRow,
  redactionRow(200, 100, 1 / 12),
  redactionRow(5_000, 1_000, 1 / 40),
  redactionRow(200, 100, 1 / 3, true),
  redactionRow(5_000, 1_000, 1 / 12, true),
];
