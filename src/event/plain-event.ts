import type { RunEvent } from './run-event.ts';

/** What every event has; `id` and what few events have is added by whoever makes it. */
type EveryEvent = Pick<RunEvent, 'runId' | 'tenantId' | 'seq' | 'type' | 'time' | 'data'> & {
  readonly source: NonNullable<RunEvent['source']>;
};

/** An event that is still being made. */
export type Draft = Writable<RunEvent>;

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/**
 * Makes a plain object, as a literal would. V8 watches how long the objects of a literal live, and where a log keeps them
 * for a while it makes them among those that stay for good, each with all it refers to: a quarter more time for an emit.
 * It does not watch functions that are called with `new`.
 */
export const PlainEvent = function (this: Draft, given: EveryEvent) {
  this.id = '';
  this.runId = given.runId;
  this.tenantId = given.tenantId;
  this.seq = given.seq;
  this.type = given.type;
  this.time = given.time;
  this.data = given.data;
  this.source = given.source;
} as unknown as new (given: EveryEvent) => Draft;
PlainEvent.prototype = Object.prototype;
