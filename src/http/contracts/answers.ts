import * as z from 'zod';
import { EVENT_SCHEMAS, RUN_STATUSES } from '../../event/schemas.ts';
import { SCOPES } from '../auth/principal.ts';

// Open objects: members may be added, and whoever reads an answer passes over what it does not know.
const text = z.string();
const count = z.int().min(0);
const time = z.iso.datetime();
const anyObject = z.record(z.string(), z.unknown());

/** Stands for an event; the document has the schemas of all types in its place. */
export const EventAnswer = z.unknown();
export const Status = z.enum(RUN_STATUSES);
export const Cursor = text.describe('A place in a run. Pass it back unchanged.');

export const NoticeAnswer = z
  .discriminatedUnion('notice', [
    z.object({
      notice: z.literal('gap'),
      runId: text,
      reason: z.enum(['trimmed', 'overflow', 'corrupt']),
      from: count,
      to: count,
      cursor: text,
    }),
    z.object({
      notice: z.literal('reset'),
      runId: text,
      reason: z.enum(['epoch', 'fork', 'future', 'gone']),
    }),
    z.object({ notice: z.literal('degraded'), runId: text, since: text }),
  ])
  .describe('What one reader is told at its place in a stream. Never stored.');

export const ProblemAnswer = z
  .object({
    type: text,
    status: z.int(),
    code: text.describe('A code of Sluice, or the code that a failed run ended with.'),
    title: text,
    detail: text,
    runId: text.optional(),
    requestId: text.optional(),
    details: anyObject.optional(),
  })
  .describe('RFC 9457.');

export const AgentList = z.object({
  agents: z.array(
    z.object({
      name: text,
      description: text.optional(),
      framework: text.optional(),
      inputSchema: anyObject.optional(),
    }),
  ),
});

export const RunSummaryAnswer = z.object({
  runId: text,
  tenantId: text,
  agent: text.optional(),
  threadId: text.optional(),
  parentId: text.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  status: Status,
  createdAt: time,
  updatedAt: time,
  startedAt: time.optional().describe('When a run of the past began; only of those.'),
  endedAt: time.optional(),
  error: z.object({ code: text, message: text }).optional(),
  reason: text.optional(),
  metadata: anyObject.optional(),
  eventsUrl: text,
});
export const RunAnswer = RunSummaryAnswer.extend({
  input: z.unknown().optional(),
  output: z.unknown().optional(),
});
export const RunPageAnswer = z.object({
  runs: z.array(RunSummaryAnswer),
  next: text.optional().describe('`page` of the next page; absent on the last.'),
});

const activities = z.array(
  z.object({
    kind: z.enum(['tool', 'node', 'model', 'step', 'pipeline', 'wave']),
    id: text,
    name: text,
    state: z.enum(['running', 'done', 'failed', 'skipped']),
    node: text.optional(),
    seq: count,
    startedAt: text,
    endedAt: text.optional(),
    attempt: count.optional(),
    wave: count.optional(),
    durationMs: z.number().optional(),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    error: text.optional(),
  }),
);
const events = z.array(EventAnswer);

export const RunStateAnswer = z
  .object({
    status: Status,
    runId: text.optional(),
    agent: text.optional(),
    startedAt: text.optional(),
    endedAt: text.optional(),
    end: EventAnswer.optional(),
    cursor: Cursor.optional(),
    seen: count,
    missed: count,
    gaps: z.array(z.object({ from: count, to: count, reason: z.enum(['trimmed', 'overflow', 'corrupt']) })),
    dropped: count,
    isGone: z.boolean(),
    degradedSince: text.optional(),
    phase: text.optional(),
    progress: EVENT_SCHEMAS.progress.optional(),
    messages: z.array(
      z.object({
        id: text,
        text,
        role: text.optional(),
        finishReason: text.optional(),
        seq: count,
      }),
    ),
    tools: activities,
    nodes: activities,
    models: activities,
    steps: activities,
    pipelines: activities,
    waves: activities,
    artifacts: z.array(
      z.object({
        artifactId: text,
        artifactType: text,
        name: text.optional(),
        data: z.unknown(),
        isComplete: z.boolean(),
        seq: count,
      }),
    ),
    decisions: z.array(EVENT_SCHEMAS['control.decided']),
    turns: events,
    customs: events,
    warnings: z.array(EVENT_SCHEMAS.error),
    asks: z.array(EVENT_SCHEMAS.ask),
    sources: z.array(z.enum(['agent', 'user', 'environment', 'runtime'])),
  })
  .describe('What a run adds up to by now. Its events go on behind `cursor`.');

export const StartedAnswer = z.object({ runId: text, status: Status, eventsUrl: text });
export const OutcomeAnswer = z.object({
  runId: text,
  status: z.literal('completed'),
  output: z.unknown(),
  metadata: anyObject,
});
export const EventPageAnswer = z.object({
  items: z.array(z.union([EventAnswer, NoticeAnswer])),
  next: text.describe('`after` of the next page.'),
  ended: z.boolean().describe('The run has ended, and nothing is left to read.'),
});
export const AppendedAnswer = z.object({
  accepted: count.describe('So many of the batch are done with; what follows is to be sent again.'),
  first: count.optional(),
  last: count.optional(),
  cursor: Cursor,
  cancelRequested: z.boolean(),
});
export const TipAnswer = z.object({ seq: count, cursor: Cursor, status: Status });
export const CheckpointsAnswer = z.object({ checkpoints: events });
export const CancelAnswer = z.object({ runId: text, cancelRequested: z.literal(true) });
export const CancelledAnswer = z.object({ runId: text, status: z.literal('cancelled') });
export const AnsweredAnswer = z.object({ runId: text, askId: text });
export const StatsAnswer = z.object({ total: count, byStatus: z.record(Status, count) });
export const TicketAnswer = z.object({ ticket: text, expiresAt: time });
const who = { subject: text, tenantId: text, scopes: z.array(z.enum(SCOPES)) };
export const SessionAnswer = z.object({ ...who, expiresAt: time });
export const WhoAnswer = z.object({
  required: z.boolean(),
  ...z.object(who).partial().shape,
  expiresAt: time.optional(),
  hasCookie: z.boolean().optional(),
});
