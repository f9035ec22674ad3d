import * as z from 'zod';
import { eventJsonSchema } from '../../event/event-schema.ts';
import type { JsonObject } from '../../event/json.ts';
import { AppendBody } from '../routes/append-events.ts';
import { AnswerBody, CancelBody } from '../routes/control-run.ts';
import { TicketBody } from '../routes/grants.ts';
import { StartBody } from '../routes/start-run.ts';
import * as answers from './answers.ts';

const NAMED = {
  Event: answers.EventAnswer,
  Notice: answers.NoticeAnswer,
  Problem: answers.ProblemAnswer,
  RunStatus: answers.Status,
  Run: answers.RunAnswer,
  RunSummary: answers.RunSummaryAnswer,
  RunPage: answers.RunPageAnswer,
  RunState: answers.RunStateAnswer,
  EventPage: answers.EventPageAnswer,
  Appended: answers.AppendedAnswer,
  StartBody,
  AppendBody,
  CancelBody,
  AnswerBody,
  TicketBody,
};
const AT = '#/components/schemas/';

/** Schemas that have a name in the document; others refer to them. */
export class Components {
  readonly #registry = z.registry<{ readonly id: string }>();

  constructor() {
    for (const [id, schema] of Object.entries(NAMED)) this.#registry.add(schema, { id });
  }

  /** All of them, by name. */
  schemas(): JsonObject {
    const { schemas } = z.toJSONSchema(this.#registry, { ...INPUT, uri: id => `${AT}${id}` });
    return {
      ...Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)])),
      Event: plain(eventJsonSchema()),
    };
  }

  /** A schema in its place: by its name if it has one. */
  of(schema: z.ZodType): JsonObject {
    const id = this.#registry.get(schema)?.id;
    return id === undefined ? plain(z.toJSONSchema(schema, INPUT)) : { $ref: `${AT}${id}` };
  }
}

// The side of the input: that of the output forbids further members.
const INPUT = { io: 'input', unrepresentable: 'any' } as const;

function plain({ $schema: _schema, $id: _id, ...schema }: object & { $schema?: unknown; $id?: unknown }) {
  return schema as JsonObject;
}
