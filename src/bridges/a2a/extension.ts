import type { Json, JsonObject } from '../../event/json.ts';
import { EXTENSION } from './event-table.ts';

/** What travels in `metadata` under the name of the extension. */
export interface Carried {
  /** The event's cursor: `Last-Event-ID` of a subscription takes it, and so does Sluice itself. */
  readonly cursor?: string;
  readonly type?: string;
  readonly time?: string;
  /** What the update itself does not say of the event's data; absent where it says everything. */
  readonly data?: JsonObject;
  readonly source?: string;
  readonly node?: string;
  readonly cause?: number;
  readonly metadata?: JsonObject;
  /** The type of the event that the next update tells: this one is a part of it. */
  readonly partOf?: string;
  readonly [member: string]: Json | undefined;
}

/** What a `metadata` carries of ours. */
export function carriedIn(metadata: JsonObject | undefined): Carried | undefined {
  const carried = metadata?.[EXTENSION];
  return typeof carried === 'object' && carried !== null && !Array.isArray(carried)
    ? (carried as Carried)
    : undefined;
}

/** What a `metadata` says besides. */
export function withoutCarried(metadata: JsonObject | undefined): JsonObject | undefined {
  if (!metadata) return undefined;
  const { [EXTENSION]: _, ...rest } = metadata;
  return Object.keys(rest).length === 0 ? undefined : rest;
}
