import type * as z from 'zod';
import type { ErrorCode } from '../errors/codes.ts';

/** What goes over the wire by its media type; a text without a schema. */
export type Content = Readonly<Record<string, z.ZodType | undefined>>;

/** One way an operation goes well. */
export interface Answer {
  readonly description: string;
  /** Absent: no body. */
  readonly content?: Content | undefined;
  /** Headers besides the usual, by name: what they say. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Parameter {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly isRequired?: boolean | undefined;
}

/** What one address does with one method. Who may ask for it, the table of routes says. */
export interface Operation {
  /** Unique: generated clients name a function for it. */
  readonly id: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, Parameter>> | undefined;
  readonly headers?: Readonly<Record<string, Parameter>> | undefined;
  readonly body?: Content | undefined;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** What it can be refused with, besides what every operation can. */
  readonly problems?: readonly ErrorCode[] | undefined;
}

/** Operations by path and method, like the routes that they describe. */
export type Operations = Readonly<
  Record<string, Readonly<Partial<Record<'GET' | 'POST' | 'DELETE', Operation>>>>
>;
