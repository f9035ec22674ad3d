import type { EngineMetrics } from '../../engine/metrics/engine-metrics.ts';
import type { MetricFamily } from './exposition.ts';
import { counter, counters, gauge, gauges, histogram } from './families.ts';

/** What an engine says of itself. */
export function engineFamilies(metrics: EngineMetrics): readonly MetricFamily[] {
  const { runs, log, backendErrors, mailboxes, readers, observers, sinks, secrets, verdicts } = metrics;
  const byVerdict = Object.entries(verdicts).map(([signal, count]) => [signal.toLowerCase(), count]);
  return [
    gauges('sluice_runs', 'Runs alive in this process.', 'status', runs.live),
    counter('sluice_runs_started', 'Runs created here.', runs.started),
    counter('sluice_runs_adopted', 'Runs taken over from another process.', runs.adopted),
    counters('sluice_runs_ended', 'Runs that ended here.', 'end', runs.ended),
    counter('sluice_events_appended', 'Events that the backend acknowledged.', log.events),
    counter('sluice_events_appended_bytes', 'Characters of their lines, at the most.', log.bytes),
    histogram(
      'sluice_append_seconds',
      'Until the backend acknowledged a batch, repetitions included.',
      log.appendSeconds,
    ),
    counter('sluice_appends_refused', 'Batches of runs that ended or went elsewhere.', log.refused),
    counter('sluice_events_late', 'Statements that came behind the end of their run.', log.late),
    counters('sluice_backend_errors', 'Failures of the backend.', 'operation', { ...backendErrors }),
    gauge('sluice_mailbox_deepest', 'What waits to be stored where most does.', mailboxes.deepest),
    gauge('sluice_subscribers', 'Subscribers to runs in this process.', readers.subscribers),
    counter('sluice_reader_gaps', 'Readers told that retention was faster.', readers.gaps),
    counter('sluice_reader_resets', 'Readers told that a log began anew.', readers.resets),
    gauge('sluice_observers', 'Observers and feeds.', observers.count),
    gauge('sluice_observer_lag_events', 'Events that wait for the slowest observer.', observers.behind),
    counter('sluice_observer_dropped_events', 'Events observers were too slow for.', observers.dropped),
    gauges('sluice_sinks', 'Sinks at work.', 'health', {
      ok: sinks.count - sinks.failing,
      failing: sinks.failing,
    }),
    counter('sluice_redactions', 'Marks set in place of secrets.', secrets.masked),
    counter('sluice_redactions_withheld', 'Texts of which nothing was let pass.', secrets.withheld),
    counters(
      'sluice_policy_verdicts',
      'Answers of policies.',
      'verdict',
      Object.fromEntries(byVerdict) as Record<string, number>,
    ),
  ];
}
