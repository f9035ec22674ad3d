import type * as z from 'zod';
import type { Answer, Content, Parameter } from './described-operation.ts';

/** What goes over the wire as JSON. */
export function jsonContent(schema: z.ZodType): Content {
  return { 'application/json': schema };
}

/** An answer in JSON. */
export function jsonAnswer(description: string, schema: z.ZodType, headers?: Answer['headers']): Answer {
  return { description, content: jsonContent(schema), headers };
}

/** An answer in server-sent events. */
export function streamAnswer(description: string, headers?: Answer['headers']): Answer {
  return { description, content: { 'text/event-stream': undefined }, headers };
}

/** Something that the query or the headers may say. */
export function parameter(description: string, schema: z.ZodType): Parameter {
  return { description, schema };
}
