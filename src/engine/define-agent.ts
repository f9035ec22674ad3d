import type * as z from 'zod';
import { SluiceError } from '../errors/sluice-error.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import type { Json } from '../event/json.ts';
import type { RunContext } from '../run/context.ts';

/** An agent: a name, and what it does with its input. */
export interface Agent<Input = unknown, Output = unknown, Custom extends CustomEvents = AnyCustom> {
  /** How it is started by name, over HTTP too: a letter, then letters, digits, `_`, `.` or `-`; at most 64. */
  readonly name: string;
  /** One sentence for people who choose among agents. */
  readonly description?: string | undefined;
  /** What it was written with; told in the `started` event. */
  readonly framework?: string | undefined;
  /** Input that does not match is refused with `BAD_INPUT`, before anything starts. */
  readonly input?: z.ZodType<Input> | undefined;
  /** Output that does not match ends the run as `error{BAD_OUTPUT}`. */
  readonly output?: z.ZodType<Output> | undefined;
  /** Its own event types. */
  readonly events?: EventDefinitions<Custom> | undefined;
  /** Does the work. What it returns is the run's output; what it throws ends the run as `error`. */
  readonly run: (ctx: RunContext<Input, Custom>, input: Input) => Output | Promise<Output>;
  /**
   * Goes on with a run whose process is gone, where the backend outlives it; without it such a run ends as
   * `error{OWNER_LOST}`. `checkpoint` is the newest that the run saved, `ctx.input` what it was started with: both
   * masked, so secrets are fetched again from their source.
   */
  readonly resume?:
    | ((ctx: RunContext<Input, Custom>, checkpoint: Checkpoint | undefined) => Output | Promise<Output>)
    | undefined;
}

/** What an agent saved with `ctx.checkpoint`. */
export interface Checkpoint {
  readonly name: string;
  readonly data: Json;
  /** The event that it was saved in. */
  readonly seq: number;
}

/** An agent of any types, as a registry holds it. */
// `run` consumes input and events, so only `never` is below all of them; schemas produce, so there `unknown` is above.
export interface AnyAgent extends Omit<Agent<never, unknown, never>, 'input' | 'output' | 'events'> {
  readonly input?: z.ZodType | undefined;
  readonly output?: z.ZodType | undefined;
  readonly events?: EventDefinitions | undefined;
}

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Describes an agent. Throws `BAD_OPTION` for a name or a `run` that cannot be. */
export function defineAgent<Input = unknown, Output = unknown, Custom extends CustomEvents = AnyCustom>(
  agent: Agent<Input, Output, Custom>,
): Agent<Input, Output, Custom> {
  checkAgent(agent);
  return agent;
}

/** Whether something is an agent at all. Throws `BAD_OPTION`. */
export function checkAgent({
  name,
  run,
  resume,
}: {
  readonly name?: unknown;
  readonly run?: unknown;
  readonly resume?: unknown;
}): void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new SluiceError(
      'BAD_OPTION',
      'agent: name: expected a letter and then letters, digits, "_", "." or "-", 64 characters at most.',
    );
  }
  if (typeof run !== 'function') {
    throw new SluiceError('BAD_OPTION', `agent ${name}: run: expected a function.`);
  }
  if (resume !== undefined && typeof resume !== 'function') {
    throw new SluiceError('BAD_OPTION', `agent ${name}: resume: expected a function, or nothing.`);
  }
}
