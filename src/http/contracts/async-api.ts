import { anyCustomSchema, eventTypeSchema } from '../../event/event-schema.ts';
import { EVENT_TYPES } from '../../event/event-types.ts';
import type { JsonObject } from '../../event/json.ts';
import { EVENT_SCHEMAS } from '../../event/schemas.ts';
import type { CustomTypes } from '../../engine/custom-types.ts';
import * as z from 'zod';
import type { HandlerSettings } from '../options.ts';
import { ClientMessage, ServerMessage } from '../websocket/messages.ts';
import { SUBPROTOCOL } from '../websocket/socket-protocol.ts';
import { RunPageAnswer, RunSummaryAnswer, NoticeAnswer } from './answers.ts';
import { INTERFACE_VERSION } from './interface-version.ts';
import type { Parameter } from './operation.ts';
import { AFTER, LAST_EVENT_ID, LIST, RUNS, TICKET, VIEW } from './parameters.ts';

const DRAFT = 'draft-07';
/** What names of messages on the socket begin with. */
const SOCKET = 'socket.';

/**
 * The streams of a server as an AsyncAPI 3.0 document: which there are, and what each kind of frame holds, with the
 * types that the engine and its agents declare. A frame of Server-Sent Events has the name of a message as `event:`, its
 * payload on one line as `data:`, and for events the cursor as `id:`.
 */
export function asyncApiDocument(
  customTypes: CustomTypes,
  { basePath }: Pick<HandlerSettings, 'basePath'>,
): JsonObject {
  const events = { ...eventMessages(customTypes), ...noticeMessages() };
  const lists = listMessages();
  const said = { ...socketMessages(ClientMessage), ...socketMessages(ServerMessage) };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Sluice',
      version: INTERFACE_VERSION,
      description:
        'Server-Sent Events: `event:` is the name of a message, `data:` its payload on one line, `id:` the cursor of ' +
        'an event, which a reader sends back as `Last-Event-ID`. Everything else, /openapi.json tells.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      runEvents: {
        address: `${basePath}/runs/{runId}/events`,
        title: 'The events of one run, in their order, up to its end',
        parameters: { runId: { description: 'The id of the run.' } },
        messages: references(events),
      },
      manyRuns: {
        address: `${basePath}/events`,
        title: 'The events of several runs, each in its own order',
        messages: references(events),
      },
      runList: {
        address: `${basePath}/runs`,
        title: 'The runs there are, live',
        messages: references(lists),
      },
      socket: {
        address: `${basePath}/ws`,
        title: 'Many runs on one WebSocket',
        description: `JSON texts, under the subprotocol ${SUBPROTOCOL}; an \`event\` holds what the other channels send.`,
        messages: references(said),
        bindings: { ws: { method: 'GET', query: parametersSchema(TICKET), bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      sendRunEvents: operation('runEvents', { ...AFTER, ...VIEW }, LAST_EVENT_ID),
      sendManyRuns: operation('manyRuns', { ...RUNS, ...AFTER, ...VIEW }, LAST_EVENT_ID),
      sendRunList: operation('runList', LIST),
      receiveOnSocket: onSocket('receive', ClientMessage),
      sendOnSocket: onSocket('send', ServerMessage),
    },
    components: { messages: { ...events, ...lists, ...said } },
  };
}

type Messages = Readonly<Record<string, JsonObject>>;

function eventMessages({ declared, allowsOthers }: CustomTypes): Messages {
  const known = EVENT_TYPES.map(type => [type, message(type, eventOf(type, [EVENT_SCHEMAS[type]]))]);
  const custom = [...declared].map(([type, schemas]) => [
    keyOf(type),
    message(type, eventOf(type, schemas), 'A type of this application.'),
  ]);
  const others = message('custom:*', anyCustomSchema([...declared.keys()]), 'A type that nobody declared.');
  return {
    ...(Object.fromEntries([...known, ...custom]) as Messages),
    ...(allowsOthers && { 'custom.any-other': others }),
  };
}

function eventOf(type: string, schemas: readonly z.ZodType[]): JsonObject {
  return eventTypeSchema(type, schemas, DRAFT);
}

function noticeMessages(): Messages {
  const notices = NoticeAnswer.options.map(schema => {
    const [name] = schema.shape.notice.values;
    return [
      name,
      message(name!, draft07(schema), 'Told to one reader; it has no `id:`, and is never stored.'),
    ];
  });
  return Object.fromEntries(notices) as Messages;
}

function listMessages(): Messages {
  return {
    runs: message('runs', draft07(RunPageAnswer), 'The list as it is: first, and again for slow readers.'),
    run: message('run', draft07(RunSummaryAnswer), 'A run that was created, or changed.'),
    removed: message(
      'removed',
      draft07(z.object({ runId: z.string() })),
      'A run that is gone, or does not belong into the list any more.',
    ),
  };
}

type Said = typeof ClientMessage | typeof ServerMessage;

/** Of one side; `error` and `event` are words that others have, too. */
function socketMessages({ options }: Said): Messages {
  const said = options.map(schema => {
    const name = typeOf(schema);
    return [`${SOCKET}${name}`, message(name, draft07(schema), schema.description)];
  });
  return Object.fromEntries(said) as Messages;
}

function onSocket(action: 'send' | 'receive', { options }: Said): JsonObject {
  const messages = options.map(schema => ({
    $ref: `#/channels/socket/messages/${SOCKET}${typeOf(schema)}`,
  }));
  return { action, channel: { $ref: '#/channels/socket' }, messages };
}

function typeOf(schema: Said['options'][number]): string {
  return schema.shape.type.value;
}

function message(name: string, payload: JsonObject, summary?: string): JsonObject {
  return { name, ...(summary !== undefined && { summary }), payload };
}

/** A key has no colon there. */
function keyOf(type: string): string {
  return type.replace(':', '.');
}

function references(messages: Messages): JsonObject {
  const names = Object.keys(messages);
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/messages/${name}` }]));
}

/** The server sends, once it was asked like this. */
function operation(
  channel: string,
  query: Readonly<Record<string, Parameter>>,
  headers?: Readonly<Record<string, Parameter>>,
): JsonObject {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    ...(headers && { description: `Goes on behind the header ${Object.keys(headers).join(', ')}.` }),
    bindings: { http: { method: 'GET', query: parametersSchema(query), bindingVersion: '0.3.0' } },
  };
}

function parametersSchema(parameters: Readonly<Record<string, Parameter>>): JsonObject {
  const required = Object.keys(parameters).filter(name => parameters[name]!.isRequired);
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(parameters).map(([name, { description, schema }]) => [
        name,
        { ...draft07(schema), description },
      ]),
    ),
    ...(required.length > 0 && { required }),
  };
}

function draft07(schema: z.ZodType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    ...{ io: 'input', unrepresentable: 'any', target: 'draft-7' },
  });
  return rest as JsonObject;
}
