import { describe, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { Heartbeat } from '../../src/operators/heartbeat.ts';
import { onlyEvents } from '../../src/operators/only-events.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample, token } from '../support/sample-events.ts';

describe('onlyEvents', () => {
  describeLaws(operatorLaws, {
    make: () => onlyEvents(),
    passing: [sample(1), token(2, 'x'), sample(3)],
  });

  it('drops notices and heartbeats, and leaves the type of events', () =>
    marbles(({ cold, expectObservable }) => {
      const values: Record<string, RunEvent | Notice | Heartbeat> = {
        a: sample(1),
        b: sample(2),
        n: { notice: 'degraded', runId: 'run', since: '2026-01-01T00:00:00.000Z' },
        h: { notice: 'heartbeat', time: '2026-01-01T00:00:00.000Z' },
      };
      const events: Observable<RunEvent> = cold('-a-n-h-b|', values).pipe(onlyEvents());
      expectObservable(events).toBe('-a-----b|', values);
    }));
});
