import { performance } from 'node:perf_hooks';
import type { MetricFamily } from './exposition.ts';
import { counter, gauge } from './families.ts';

/** What the runtime says of the process, under the names that Prometheus clients of Node use. */
export function processFamilies(): readonly MetricFamily[] {
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const loop = loopTimes();
  return [
    counter('process_cpu_seconds', 'Processor time.', (user + system) / 1e6),
    gauge('process_start_time_seconds', 'Start, since the Unix epoch.', performance.timeOrigin / 1_000),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use.', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Heap.', heapTotal),
    counter('nodejs_eventloop_active_seconds', 'Time in which the event loop worked.', loop.active / 1_000),
    counter('nodejs_eventloop_idle_seconds', 'Time in which the event loop waited.', loop.idle / 1_000),
  ];
}

/** Not every runtime tells. */
function loopTimes(): { readonly active: number; readonly idle: number } {
  try {
    return performance.eventLoopUtilization();
  } catch {
    return { active: 0, idle: 0 };
  }
}
