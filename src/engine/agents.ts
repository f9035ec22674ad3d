import * as z from 'zod';
import { messageOf } from '../errors/error-text.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import type { CustomEvents } from '../event/run-event.ts';
import { schemaIssues } from '../event/schema-issues.ts';
import type { RunContext } from '../run/context.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import { checkAgent, type Agent, type AnyAgent } from './define-agent.ts';

/** What `start` takes: an agent, its name, or just the work. */
export type AgentRef<Input, Output, Custom extends CustomEvents> =
  Agent<Input, Output, Custom> | ((ctx: RunContext<Input, Custom>) => Output | Promise<Output>) | string;

/** An agent as the engine calls it, its types checked where it was defined. */
export type ResolvedAgent = Omit<Agent<unknown, unknown, never>, 'name'> & {
  readonly name: string | undefined;
};

/** What people who choose among agents are told of one. */
export interface AgentInfo {
  readonly name: string;
  readonly description?: string | undefined;
  readonly framework?: string | undefined;
  /** What it takes, as JSON Schema (draft 2020-12), where it was given a schema that JSON Schema can say. */
  readonly inputSchema?: JsonObject | undefined;
}

/** What there is to tell of an agent. */
export function infoOf({ name, description, framework, input }: AnyAgent): AgentInfo {
  return { name, description, framework, inputSchema: input && schemaOf(input) };
}

/** A schema of an agent may be whatever its author took for one, so nothing is thrown for what cannot be said. */
function schemaOf(input: z.ZodType): JsonObject | undefined {
  try {
    return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  } catch {
    return undefined;
  }
}

/** Throws `UNKNOWN_AGENT` and `BAD_OPTION`. */
export function resolveAgent(ref: unknown, agents: ReadonlyMap<string, AnyAgent>): ResolvedAgent {
  if (typeof ref === 'function') return { name: undefined, run: ref as ResolvedAgent['run'] };
  if (typeof ref === 'object' && ref !== null) {
    checkAgent(ref);
    return ref as ResolvedAgent;
  }
  if (typeof ref !== 'string') {
    throw new SluiceError(
      'BAD_OPTION',
      `start: expected an agent, a function or the name of an agent, got ${typeof ref}.`,
    );
  }
  const agent = agents.get(ref);
  if (agent) return agent as unknown as ResolvedAgent;
  const known = agents.size === 0 ? 'none is registered' : `registered are ${[...agents.keys()].join(', ')}`;
  throw new SluiceError('UNKNOWN_AGENT', `agent ${JSON.stringify(ref.slice(0, 64))} is unknown; ${known}.`);
}

/** What the agent's schema makes of the input. Throws `BAD_INPUT`, also where the schema itself throws. */
export function checkInput(agent: ResolvedAgent, input: unknown, secrets: TextMask): unknown {
  if (!agent.input) return input;
  let checked;
  try {
    checked = agent.input.safeParse(input);
  } catch (cause) {
    throw badInput([secrets.mask(`input: ${messageOf(cause)}`)], cause);
  }
  if (checked.success) return checked.data;
  throw badInput(schemaIssues(checked.error, { nameOf: within('input'), mask: text => secrets.mask(text) }));
}

/** `issues`: masked, since the message of a schema says what was expected, and that may be a secret. */
function badInput(issues: readonly string[], cause?: unknown): SluiceError {
  return new SluiceError('BAD_INPUT', issues.join('; '), { details: { issues }, cause });
}

/** What the agent's schema makes of its output. Throws `BAD_OUTPUT`. */
export function checkOutput(agent: ResolvedAgent, output: unknown): unknown {
  if (!agent.output) return output;
  const checked = agent.output.safeParse(output);
  if (checked.success) return checked.data;
  const issues = schemaIssues(checked.error, { nameOf: within('output') });
  throw new SluiceError('BAD_OUTPUT', issues.join('; '), { details: { issues } });
}

function within(whole: string): (path: string) => string {
  return path => (path === '' ? whole : `${whole}.${path}`);
}
