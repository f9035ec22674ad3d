import * as z from 'zod';
import type { ErrorCode } from '../../errors/codes.ts';
import { AppendBody } from '../routes/append-events.ts';
import { AnswerBody, CancelBody } from '../routes/control-run.ts';
import { TicketBody } from '../routes/grants.ts';
import { StartBody } from '../routes/start-run.ts';
import * as answers from './answers.ts';
import type { Answer, Content, Operations } from './operation.ts';
import {
  AFTER,
  CHECKPOINTS,
  FLUSH,
  IDEMPOTENCY_KEY,
  LAST_EVENT_ID,
  LIST,
  RUNS,
  SEARCH,
  SOCKET,
  VIEW,
} from './parameters.ts';

const EVENT_STREAM = { 'text/event-stream': undefined };
const LINES = 'application/x-ndjson';
const json = (schema: z.ZodType): Content => ({ 'application/json': schema });
const answer = (description: string, schema: z.ZodType, headers?: Answer['headers']): Answer => ({
  ...{ description, content: json(schema), headers },
});
const empty = (description: string): Answer => ({ description });
const stream = (description: string, headers?: Answer['headers']): Answer => ({
  ...{ description, content: EVENT_STREAM, headers },
});

const OF_RUN: readonly ErrorCode[] = ['RUN_NOT_FOUND'];
const OF_READING: readonly ErrorCode[] = ['RUN_NOT_FOUND', 'BAD_CURSOR', 'BAD_FILTER', 'BAD_REQUEST'];
const OF_BODY: readonly ErrorCode[] = ['BAD_REQUEST', 'BODY_TOO_LARGE'];
const OF_START: readonly ErrorCode[] = [
  ...OF_BODY,
  ...(['BAD_OPTION', 'BAD_ID', 'BAD_FILTER', 'BAD_INPUT', 'UNKNOWN_AGENT', 'RUN_EXISTS'] as const),
  ...(['IDEMPOTENCY_CONFLICT', 'TOO_MANY_RUNS'] as const),
];
const LOCATION = { location: 'The address of the run.' };
const started = { headers: IDEMPOTENCY_KEY, body: json(StartBody) };
const OUTCOME = answer('The run has completed.', answers.OutcomeAnswer, LOCATION);
const OUTCOMES: readonly ErrorCode[] = [...OF_START, 'RUN_CANCELLED', 'RUN_FAILED'];
const NEW_STREAM = stream('The events of the new run, up to its end.', LOCATION);

/** What every address does; who may ask for it, the routes say. */
export const OPERATIONS: Operations = {
  '/': {
    GET: {
      id: 'showPage',
      summary: 'The page, if one is served',
      answers: { 200: { description: 'The page.', content: { 'text/html': undefined } } },
      problems: ['NOT_FOUND'],
    },
  },
  '/healthz': {
    GET: {
      id: 'health',
      summary: 'Whether the process answers',
      answers: { 200: answer('It does.', z.object({ status: z.literal('ok') })) },
    },
  },
  '/readyz': {
    GET: {
      id: 'ready',
      summary: 'Whether the process can start runs',
      answers: { 200: answer('It can.', z.object({ status: z.literal('ready') })) },
    },
  },
  '/metrics': {
    GET: {
      id: 'showMetrics',
      summary: 'How the server is doing, for Prometheus',
      answers: {
        200: {
          description: 'Metrics.',
          content: { 'text/plain': undefined, 'application/openmetrics-text': undefined },
        },
      },
      problems: ['NOT_FOUND'],
    },
  },
  '/openapi.json': {
    GET: {
      id: 'showOpenApi',
      summary: 'This document',
      answers: { 200: answer('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
    },
  },
  '/asyncapi.json': {
    GET: {
      id: 'showAsyncApi',
      summary: 'The streams and their events, with the types that this application declares',
      answers: { 200: answer('AsyncAPI 3.0.', z.looseObject({ asyncapi: z.string() })) },
    },
  },
  '/agents': {
    GET: {
      id: 'listAgents',
      summary: 'The agents that can be started by name',
      answers: { 200: answer('The agents.', answers.AgentList) },
    },
  },
  '/invoke': {
    POST: {
      id: 'invoke',
      summary: 'Start a run and wait for its end',
      ...{ ...started, answers: { 200: OUTCOME }, problems: OUTCOMES },
    },
  },
  '/invoke/stream': {
    POST: {
      id: 'invokeStream',
      summary: 'Start a run and read it on the same connection',
      ...{ ...started, query: VIEW, answers: { 200: NEW_STREAM }, problems: OF_START },
    },
  },
  '/invoke/{agent}': {
    POST: {
      id: 'invokeAgent',
      summary: 'Start a run of one agent and wait for its end',
      ...{ ...started, answers: { 200: OUTCOME }, problems: OUTCOMES },
    },
  },
  '/invoke/{agent}/stream': {
    POST: {
      id: 'invokeAgentStream',
      summary: 'Start a run of one agent and read it on the same connection',
      ...{ ...started, query: VIEW, answers: { 200: NEW_STREAM }, problems: OF_START },
    },
  },
  '/runs': {
    GET: {
      id: 'listRuns',
      summary: 'Runs, newest first; as a stream, live',
      query: LIST,
      answers: {
        200: {
          description: 'One page, or the live list.',
          content: { ...json(answers.RunPageAnswer), ...EVENT_STREAM },
        },
      },
      problems: ['BAD_REQUEST', 'BAD_OPTION'],
    },
    POST: {
      id: 'createRun',
      summary: 'Start a run and go on at once; without an agent, one that you append to',
      ...started,
      answers: { 202: answer('The run is there.', answers.StartedAnswer, LOCATION) },
      problems: OF_START,
    },
  },
  '/runs/{id}': {
    GET: {
      id: 'showRun',
      summary: 'One run',
      answers: { 200: answer('The run.', answers.RunAnswer) },
      problems: OF_RUN,
    },
    DELETE: {
      id: 'deleteRun',
      summary: 'Erase a run that has ended; ask one that lives to stop',
      answers: {
        202: answer('It was asked to stop.', answers.CancelAnswer),
        204: empty('It is erased.'),
      },
      problems: OF_RUN,
    },
  },
  '/runs/{id}/events': {
    GET: {
      id: 'readEvents',
      summary: 'The events of a run, as a stream or page by page',
      query: { ...AFTER, ...VIEW, ...SEARCH },
      headers: LAST_EVENT_ID,
      answers: {
        200: {
          description: 'Events, by the `accept` header: a stream unless it prefers something else.',
          content: { ...EVENT_STREAM, ...json(answers.EventPageAnswer), [LINES]: undefined },
          headers: { link: 'Of lines with `limit`: the address of the next page.' },
        },
        204: empty('A stream from the end of a run that has ended: nothing will come.'),
      },
      problems: [...OF_READING, 'BAD_OPTION'],
    },
    POST: {
      id: 'appendEvents',
      summary: 'Append to a run that has no agent',
      query: FLUSH,
      body: { ...json(AppendBody), [LINES]: undefined },
      answers: { 200: answer('What became of them.', answers.AppendedAnswer) },
      problems: [
        ...OF_BODY,
        ...(['RUN_NOT_FOUND', 'RUN_HAS_AGENT', 'RUN_ENDED', 'BAD_EVENT', 'RESERVED_TYPE'] as const),
        ...(['EVENT_TOO_LARGE', 'MAILBOX_FULL', 'RUN_HANDED_OVER'] as const),
      ],
    },
  },
  '/runs/{id}/state': {
    GET: {
      id: 'runState',
      summary: 'What a run adds up to by now',
      answers: { 200: answer('Its state.', answers.RunStateAnswer) },
      problems: OF_RUN,
    },
  },
  '/runs/{id}/offset': {
    GET: {
      id: 'runOffset',
      summary: 'The newest place in a run',
      answers: { 200: answer('The place.', answers.TipAnswer) },
      problems: OF_RUN,
    },
  },
  '/runs/{id}/checkpoints': {
    GET: {
      id: 'runCheckpoints',
      summary: 'The checkpoints of a run, newest first',
      query: CHECKPOINTS,
      answers: { 200: answer('Checkpoints.', answers.CheckpointsAnswer) },
      problems: [...OF_RUN, 'BAD_REQUEST'],
    },
  },
  '/runs/{id}/cancel': {
    POST: {
      id: 'cancelRun',
      summary: 'Ask a run to stop',
      body: json(CancelBody),
      answers: {
        200: answer('It was cancelled before.', answers.CancelledAnswer),
        202: answer('It was asked to stop.', answers.CancelAnswer),
      },
      problems: [...OF_BODY, 'RUN_NOT_FOUND', 'RUN_ENDED'],
    },
  },
  '/runs/{id}/answers': {
    POST: {
      id: 'answerRun',
      summary: 'Answer a question of a run',
      body: json(AnswerBody),
      answers: { 202: answer('The run has the answer.', answers.AnsweredAnswer) },
      problems: [
        ...OF_BODY,
        ...(['RUN_NOT_FOUND', 'RUN_ENDED', 'ASK_NOT_FOUND', 'BAD_ANSWER'] as const),
        ...(['OWNER_SILENT', 'COMMANDS_FULL'] as const),
      ],
    },
  },
  '/stats': {
    GET: {
      id: 'countRuns',
      summary: 'How many runs there are, and how many in each status',
      answers: { 200: answer('Counts.', answers.StatsAnswer) },
    },
  },
  '/tickets': {
    POST: {
      id: 'createTicket',
      summary: 'A ticket for one request that cannot have a header',
      body: json(TicketBody),
      answers: { 201: answer('The ticket, for `?ticket=` of one GET.', answers.TicketAnswer) },
      problems: [...OF_BODY, 'RUN_NOT_FOUND'],
    },
  },
  '/session': {
    GET: {
      id: 'showSession',
      summary: 'Whom the server takes you for',
      answers: { 200: answer('You; without members about you if nobody knows.', answers.WhoAnswer) },
    },
    POST: {
      id: 'createSession',
      summary: 'A cookie instead of the credential of this request',
      answers: {
        201: answer('You, for as long as the cookie is good.', answers.SessionAnswer, {
          'set-cookie': 'The session.',
        }),
      },
    },
    DELETE: {
      id: 'endSession',
      summary: 'Make the browser forget its cookie',
      answers: { 204: { description: 'It does.', headers: { 'set-cookie': 'An ended session.' } } },
    },
  },
  '/ws': {
    GET: {
      id: 'openSocket',
      summary: 'A WebSocket on which many runs are read; /asyncapi.json tells what is said on it',
      headers: SOCKET,
      answers: { 101: empty('The connection is a WebSocket, if the request asks for one.') },
      problems: ['UPGRADE_REQUIRED', 'BAD_REQUEST', 'MISSING_PEER'],
    },
  },
  '/events': {
    GET: {
      id: 'readManyRuns',
      summary: 'The events of several runs as one stream',
      query: { ...RUNS, ...AFTER, ...VIEW },
      headers: LAST_EVENT_ID,
      answers: {
        200: stream('Events; `id:` names the place in all of the runs.'),
        204: empty('All of them have ended, and nothing is left.'),
      },
      problems: OF_READING,
    },
  },
};
