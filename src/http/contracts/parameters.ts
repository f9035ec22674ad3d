import * as z from 'zod';
import { RUN_STATUSES } from '../../event/schemas.ts';
import { SUBPROTOCOL } from '../websocket/socket-protocol.ts';
import type { Parameter } from './operation.ts';

const text = z.string();

const parameter = (description: string, schema: z.ZodType = text): Parameter => ({ description, schema });

/** Where a reader goes on, and what it wants to see. */
export const VIEW = {
  filter: parameter(
    'Types, topics and presets with commas between them, such as `minimal` or `token,custom:*`.',
  ),
  frames: parameter(
    '`message` names no frame, so that `onmessage` of an EventSource hears everything.',
    z.enum(['typed', 'message']),
  ),
};
export const AFTER = {
  after: parameter('The events behind this one: a cursor, a seq, `start` (the default) or `now`.'),
};
export const LAST_EVENT_ID = {
  'last-event-id': parameter('A cursor; wins over `after`. A browser sends it when it reconnects.'),
};
export const IDEMPOTENCY_KEY = {
  'idempotency-key': parameter('The same key with the same body is the same run.'),
};

/** What to look for in one run; a stream has none of these. */
export const SEARCH = {
  source: parameter('Whom the events come from.', z.enum(['agent', 'user', 'environment', 'runtime'])),
  q: parameter('Text that occurs in their `data`, upper and lower case alike.'),
  since: parameter('RFC 3339; this time and later.'),
  until: parameter('RFC 3339; this time and earlier.'),
  order: parameter('`desc`: newest first.', z.enum(['asc', 'desc'])),
  limit: parameter('Events on a page.', z.int().min(0).max(10_000)),
};

export const LIST = {
  status: parameter(`Any of these, with commas between them: ${RUN_STATUSES.join(', ')}.`),
  threadId: parameter('The thread the runs belong to.'),
  agent: parameter('The agent the runs are of.'),
  parentId: parameter('The run that started them.'),
  label: parameter('`name=value`; may come several times, and then all must match.', z.array(text)),
  limit: parameter('Runs on a page.', z.int().min(1).max(1_000)),
  page: parameter('`next` of the page before.'),
};

export const CHECKPOINTS = {
  name: parameter('Checkpoints of this name alone.'),
  limit: parameter('So many at the most.', z.int().min(1).max(128)),
  before: parameter('The seq of the last one of the page before.', z.int().min(1).max(999_999_999)),
};

export const RUNS = {
  runs: { ...parameter('1 to 64 run ids with commas between them.'), isRequired: true },
};

export const TICKET = {
  ticket: parameter(
    'Made by POST /tickets: instead of a credential in a header, which browsers cannot send.',
  ),
};

export const SOCKET = {
  'sec-websocket-protocol': {
    ...parameter(`The versions of the protocol that the client speaks: \`${SUBPROTOCOL}\`.`),
    isRequired: true,
  },
};

export const FLUSH = {
  flush: parameter('For lines: nothing follows the last one.', z.enum(['true', 'false'])),
};
