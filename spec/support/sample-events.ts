import type { JsonObject } from '../../src/event/json.ts';
import type { TokenEvent } from '../../src/operators/join-tokens.ts';
import type { RunEvent } from '../../src/event/run-event.ts';

/** What samples may differ in besides their seq and data. */
export type SampleFields = Partial<Omit<RunEvent, 'seq' | 'type' | 'data'>>;

const COMMON = { runId: 'run', tenantId: 'tenant', time: '2026-01-01T00:00:00.000Z' };

/** An event of any type. */
export function sample(
  seq: number,
  type = 'custom:sample',
  data: JsonObject = {},
  more: SampleFields = {},
): RunEvent {
  return { id: `e1.${seq}.0`, ...COMMON, seq, type, data, ...more } as unknown as RunEvent;
}

/** A token event. */
export function token(
  seq: number,
  content: string,
  data: JsonObject = {},
  more: SampleFields = {},
): TokenEvent {
  return sample(seq, 'token', { content, ...data }, more) as TokenEvent;
}
