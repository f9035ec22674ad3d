import type { JsonObject } from '../../event/json.ts';
import type { EventSource } from '../../event/run-event.ts';
import type { Produced } from '../produced.ts';

/** The agents whose logs are read. */
export const AGENT_LOG_FORMATS = ['codex', 'claude-code', 'pi', 'openhands', 'opencode'] as const;

/** The agent that wrote a log. */
export type AgentLogFormat = (typeof AGENT_LOG_FORMATS)[number];

/** An event as a log tells it. */
export interface LogEvent extends Produced {
  readonly source?: EventSource | undefined;
  /** When it was, as RFC 3339 in UTC with milliseconds; absent where the log does not say. */
  readonly time?: string | undefined;
  /** `log`: members of a known record that no table knows. */
  readonly metadata?: JsonObject | undefined;
}

/** How a log says that its agent ended; `unsaid` where it only stops. */
export type LogEnding =
  | { readonly status: 'completed'; readonly output?: JsonObject | undefined }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }
  | { readonly status: 'cancelled'; readonly reason: string }
  | { readonly status: 'unsaid' };

/**
 * Reads one log, a record at a time and in order. Synchronous, without clock or input of its own. Memory: ids and times
 * of calls that are under way, and for opencode, which repeats whole texts, the texts of one answer.
 */
export interface LogReader {
  readonly format: AgentLogFormat;
  /**
   * What a parsed record says; nothing for one that only repeats what others say. A record that no table knows is
   * `custom:<format>.<type>` with itself as data. Who listens to an agent gives the time at which he heard the record,
   * in milliseconds since the Unix epoch, and it goes before what the record says. Never throws.
   */
  read(record: unknown, heardAt?: number): readonly LogEvent[];
  /** {@link read} of a line; one that is no JSON is `custom:<format>.text`, an empty one nothing. */
  readLine(line: string): readonly LogEvent[];
  /** What was held until more is known, and how the agent ended. Nothing may follow. */
  end(): { readonly events: readonly LogEvent[]; readonly ending: LogEnding };
}
