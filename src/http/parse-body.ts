import type * as z from 'zod';
import { SluiceError } from '../errors/sluice-error.ts';
import type { HttpRequest } from './request.ts';

const JSON_TYPE = /^application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i;

/**
 * The JSON body of a request, checked; no body is an empty object. Rejects with `BAD_REQUEST` for another content
 * type, malformed JSON, a member named `__proto__` and whatever the schema refuses, and with `BODY_TOO_LARGE`.
 */
export async function parseBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  limit: number,
): Promise<z.output<Schema>> {
  const text = await request.body(limit);
  const checked = schema.safeParse(text === '' ? {} : parseJson(request, text));
  if (checked.success) return checked.data;
  const issues = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new SluiceError('BAD_REQUEST', `${issues.join('; ')}.`, { details: { issues } });
}

function parseJson(request: HttpRequest, text: string): unknown {
  const type = request.header('content-type');
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw badBody('expected content-type: application/json');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badBody('expected JSON, got something malformed');
  }
  refuseProto(value);
  return value;
}

/** Code behind us may copy members by assignment, and then this one would change a prototype. */
function refuseProto(value: unknown): void {
  const open = [value];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (Object.hasOwn(node, '__proto__')) throw badBody('expected no member named __proto__');
    for (const member of Object.values(node)) if (typeof member === 'object') open.push(member);
  }
}

function badBody(problem: string): SluiceError {
  return new SluiceError('BAD_REQUEST', `body: ${problem}.`);
}
