import type * as z from 'zod';
import type { JsonObject } from './json.ts';
import type { EVENT_SCHEMAS, RUN_STATUSES } from './schemas.ts';

/** Whom an event comes from. */
export type EventSource = 'agent' | 'user' | 'environment' | 'runtime';

/** Where a run is in its life. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The name of a user's own event type. */
export type CustomType = `custom:${string}`;

/** User-defined types and what their `data` holds; see `defineEvents`. */
export type CustomEvents = { readonly [Type in CustomType]: unknown };

/** The types of the vocabulary and what their `data` holds. */
export type EventData = {
  readonly [Type in keyof typeof EVENT_SCHEMAS]: z.output<(typeof EVENT_SCHEMAS)[Type]>;
};

/** A type of the vocabulary. */
export type EventType = keyof EventData;

/**
 * A fact about a run, numbered and never changed. The same shape everywhere: in process, stored, on the wire.
 */
export interface Envelope<Type extends string, Data> {
  /** The event's cursor: `epoch.seq.hash`. */
  readonly id: string;
  readonly runId: string;
  readonly tenantId: string;
  /** 1, 2, 3 … per run, without a hole. The only thing that orders. */
  readonly seq: number;
  readonly type: Type;
  /** RFC 3339, UTC, milliseconds; never earlier than that of the event before. */
  readonly time: string;
  readonly data: Data;
  readonly source?: EventSource;
  /** Slash path of steps inside steps: `plan/search/2`. */
  readonly node?: string;
  /** The seq of the event that led to this one. */
  readonly cause?: number;
  /** Present on exactly one event of a run, its last. */
  readonly final?: true;
  readonly metadata?: JsonObject;
}

/** An event of the vocabulary, told apart by `type`. */
export type KnownEvent = { readonly [Type in EventType]: Envelope<Type, EventData[Type]> }[EventType];

/** An event of a user's own type. */
export type CustomEvent<Custom extends CustomEvents = AnyCustom> = {
  readonly [Type in keyof Custom & string]: Envelope<Type, Custom[Type]>;
}[keyof Custom & string];

/** Every custom type with any JSON object: what an engine without `events` speaks. */
export type AnyCustom = { readonly [Type in CustomType]: JsonObject };

/** Any event of a run. */
export type RunEvent<Custom extends CustomEvents = AnyCustom> = KnownEvent | CustomEvent<Custom>;

/** The event of one type: `EventOf<'token'>`, `EventOf<'custom:fraud', MyEvents>`. */
export type EventOf<
  Type extends EventType | CustomType,
  Custom extends CustomEvents = AnyCustom,
> = Type extends EventType
  ? Envelope<Type, EventData[Type]>
  : Type extends keyof Custom
    ? Envelope<Type, Custom[Type]>
    : never;
