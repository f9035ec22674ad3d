import * as z from 'zod';
import { isId } from '../../event/ids.ts';
import { Cursor, EventAnswer, NoticeAnswer } from '../contracts/answers.ts';
import { MOST_CREDIT } from './socket-protocol.ts';

const id = z.string().refine(isId, 'expected an id');
const credit = z.int().min(1).max(MOST_CREDIT);

/** What clients say, one JSON text a message. */
export const ClientMessage = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('subscribe'),
      runId: z.string().max(128),
      id: id.optional().describe('What messages call the subscription. Default: the run id.'),
      after: z
        .union([z.string().max(64), z.int().min(0)])
        .optional()
        .describe('A cursor, `start` (the default), `now`, or a seq.'),
      filter: z.union([z.string(), z.array(z.string())]).optional(),
      credit: credit.optional().describe('What may come before more is granted. Default: 256.'),
    })
    .describe('Ask for the events of a run.'),
  z.strictObject({ type: z.literal('unsubscribe'), id }).describe('Want no more of a subscription.'),
  z
    .strictObject({ type: z.literal('credit'), id, n: credit })
    .describe('Let so much more come: the sum of what was dealt with, 1 for each item or its `cost`.'),
  z.strictObject({ type: z.literal('ping') }).describe('Ask for a sign of life.'),
]);

const name = z.string();
const retry = z.int().min(0).describe('Milliseconds to wait before coming back.');

/** What servers say. Open objects: members may be added. */
export const ServerMessage = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('hello'),
      retry,
      heartbeat: z.int().describe('Milliseconds after which a silent client is pinged.'),
      subscriptions: z.int().describe('So many at once at the most.'),
    })
    .describe('Comes first.'),
  z
    .object({ type: z.literal('subscribed'), id: name, runId: name, cursor: Cursor })
    .describe('A subscription is there, and begins behind this place.'),
  z
    .object({
      type: z.literal('event'),
      id: name,
      cost: z.int().optional().describe('Of the credit; 1 where it is absent.'),
      event: EventAnswer,
    })
    .describe('An event; its `id` is the cursor to go on from.'),
  z
    .object({ type: z.literal('notice'), id: name, notice: NoticeAnswer })
    .describe('What the reader is told at its place; costs 1.'),
  z
    .object({ type: z.literal('cursor'), id: name, cursor: Cursor })
    .describe('The place has moved on, and a filter left out what came.'),
  z
    .object({ type: z.literal('end'), id: name })
    .describe('Nothing more comes of a subscription: the run has ended, or nobody wants it any more.'),
  z
    .object({
      type: z.literal('error'),
      id: name.optional().describe('The subscription that is over for it.'),
      code: name,
      status: z.int(),
      title: name,
      detail: name,
      runId: name.optional(),
      requestId: name.optional(),
      details: z.record(z.string(), z.unknown()).optional(),
    })
    .describe('A message or a subscription was refused, or its store is lost.'),
  z.object({ type: z.literal('pong') }).describe('The answer to `ping`.'),
  z.object({ type: z.literal('bye'), retry }).describe('The server closes this socket now.'),
]);

export type ClientMessage = z.infer<typeof ClientMessage>;
export type ServerMessage = z.infer<typeof ServerMessage>;
