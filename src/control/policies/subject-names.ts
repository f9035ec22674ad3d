import type { ExecutionContext, Matter } from '../execution-context.ts';

/** How a policy tells apart what it keeps accounts of. */
export type PolicyKey = (subject: Matter, context: ExecutionContext) => string;

/** What is shared by all subjects of one name: `tool search`, `llm gpt`, `node plan`; of a statement, its type. */
export function thingOf({ type, data }: Matter): string {
  const { tool, model, name } = data;
  const dot = type.indexOf('.');
  const kind = dot < 0 ? type : type.slice(0, dot);
  for (const word of [tool, model, name]) if (typeof word === 'string') return `${kind} ${word}`;
  return kind;
}

/** {@link PolicyKey} of a user, held to its word: what is no text is a fault of the policy. */
export function keyOf(key: PolicyKey, subject: Matter, context: ExecutionContext): string {
  const text: unknown = key(subject, context);
  if (typeof text === 'string') return text;
  throw new TypeError(`key: expected a string, got ${text === null ? 'null' : typeof text}`);
}

/**
 * One attempt of a call, as its opening, its ending and the question before share it; nothing where the subject is no
 * call. A node has no id, but only one of a path is at work.
 */
export function attemptOf({ type, data, node }: Matter): string | undefined {
  const kind = type.slice(0, type.indexOf('.'));
  if (typeof data['callId'] === 'string') return `${kind}:${data['callId']}`;
  return kind === 'node' && node !== undefined ? `${kind}:${node}` : undefined;
}

/** A call, whichever attempt: later ones have their number behind the id. */
export function callOf(subject: Matter, { attempt }: ExecutionContext): string | undefined {
  const told = subject.data['attempt'];
  const number = typeof told === 'number' ? told : attempt;
  const id = attemptOf(subject);
  const suffix = `/${number}`;
  return number > 1 && !subject.type.startsWith('node') && id?.endsWith(suffix)
    ? id.slice(0, -suffix.length)
    : id;
}

/** Which run: ids are unique within a tenant only. */
export function runOf({ tenantId, runId }: ExecutionContext): string {
  return `${tenantId}:${runId}`;
}

/** Whether a run ends with it. */
export function isEnd({ type, data }: Matter): boolean {
  return type === 'complete' || type === 'cancelled' || (type === 'error' && data['recoverable'] !== true);
}

/** `*.failed`: what is asked about when something has failed. */
export function isFailure(type: string): boolean {
  return type.endsWith('.failed');
}

/** The endings of calls that went well. */
export function isSuccess(type: string): boolean {
  return type.endsWith('.completed') || type === 'llm.response';
}
