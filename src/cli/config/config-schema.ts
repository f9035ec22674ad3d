import * as z from 'zod';
import { authSettings } from './auth-settings.ts';
import { LOG_KINDS } from '../request-log.ts';
import { limitSettings } from './limit-settings.ts';
import {
  bytes,
  bytesOrUnlimited,
  fewFiles,
  secretRule,
  wholeNumber,
  duration,
  durationOrNever,
  port,
  secret,
  setting,
  text,
  texts,
  yesOrNo,
} from './setting-types.ts';

/** `dockrion:` with nothing behind it is YAML for null, and means all defaults. */
const group = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .preprocess(value => value ?? {}, z.strictObject(shape, { error: 'expected a group of settings' }))
    .optional();

const chatInput = z.enum(['auto', 'request', 'text'], { error: 'expected auto, request or text' });
const CHAT_INPUT = 'what the agent is given: the `request`, or the newest `text`';

/** Everything that a file of settings may say. Its texts are those of `docs/reference/configuration.md`. */
export const CONFIG = z.strictObject(
  {
    port: setting(port, {
      ...{ about: 'port to listen on, 0 for any free one', default: '4400', flag: '--port', env: 'PORT' },
    }),
    host: setting(text, {
      ...{ about: 'address to listen on', default: '127.0.0.1', flag: '--host', env: 'HOST' },
    }),
    allowedHosts: setting(z.union([z.literal('any'), texts], { error: 'expected any, or a list of names' }), {
      about: 'host names that requests may be addressed to, or `any`',
      default: 'this machine; with credentials and another address, any',
      flag: '--allow-host',
      env: 'SLUICE_ALLOWED_HOSTS',
    }),
    basePath: setting(text, { about: 'where the routes begin, such as `/api/sluice`', default: 'the root' }),
    agents: setting(text, {
      ...{ about: 'module whose exports are agents', flag: '--agents', env: 'SLUICE_AGENTS' },
    }),
    log: setting(z.enum(LOG_KINDS, { error: 'expected off, text or json' }), {
      about: 'one line for each request on standard error: `text`, `json`',
      ...{ default: 'off', flag: '--log', env: 'SLUICE_LOG' },
    }),
    audit: setting(text, {
      about: 'file to which who did what is added, as lines of JSON',
      ...{ flag: '--audit', env: 'SLUICE_AUDIT' },
    }),
    auditSize: setting(bytesOrUnlimited, {
      about: 'bytes after which a new file is begun, and the full one is named FILE.1',
      default: '64MB',
    }),
    auditFiles: setting(fewFiles, { about: 'full files that are kept; the oldest go first', default: '10' }),
    metrics: setting(yesOrNo, { about: 'whether `GET /metrics` answers', default: 'true' }),
    demo: setting(yesOrNo, {
      ...{ about: 'add the agents of the demo, and start a first run', default: 'false', flag: '--demo' },
    }),
    survey: setting(text, {
      ...{ about: 'folder that the agent of the demo looks at', default: 'that of Sluice', flag: '--survey' },
    }),
    dockfile: setting(text, {
      about: 'a Dockfile of Dockrion whose block `streaming` is taken where nothing else says a setting',
    }),
    backend: setting(text, {
      about: 'where runs are kept: `memory`, `file:DIR`, `redis`, `redis://HOST:PORT`',
      ...{ default: 'memory', flag: '--backend', env: 'SLUICE_BACKEND' },
    }),
    file: group({
      fsync: setting(z.enum(['always', 'batch', 'never'], { error: 'expected always, batch or never' }), {
        ...{ about: 'when the disk is asked to have what was written', default: 'batch' },
      }),
      fsyncInterval: setting(duration, { about: 'how often, with `batch`', default: '1s' }),
      openFiles: setting(wholeNumber, { about: 'files that are open at once', default: '512' }),
    }),
    redis: group({
      prefix: setting(text, { about: 'what every key begins with', default: 'sluice' }),
      lease: setting(duration, { about: 'how long a silent instance keeps its runs', default: '10s' }),
      sweep: setting(duration, { about: 'how often expired runs are looked for', default: '5s' }),
      poll: setting(durationOrNever, { about: 'how long a lost hint may go unnoticed', default: '5s' }),
      timeout: setting(duration, { about: 'how long a call may take', default: '5s' }),
    }),
    storageTimeout: setting(duration, {
      ...{ about: 'how long a backend that fails is asked again', default: '60s' },
    }),
    ttl: setting(duration, { about: 'how long a run is kept after its last activity', default: '1h' }),
    maxDuration: setting(durationOrNever, { about: 'how long a run may work', default: '1h' }),
    idle: setting(durationOrNever, {
      about: 'how long a run may be silent',
      default: 'never; 5m for runs of producers outside',
    }),
    grace: setting(duration, { about: 'how long a stopped run may clean up', default: '5s' }),
    cancelOnStop: setting(yesOrNo, {
      about: 'cancel all runs at a stop, also those that others could go on with',
      ...{ default: 'false', flag: '--cancel-on-stop' },
    }),
    heartbeat: setting(duration, { about: 'a stream is never silent for longer', default: '15s' }),
    retry: setting(duration, {
      about: 'how long clients wait before they reconnect, at least',
      default: '2s',
    }),
    streamAge: setting(durationOrNever, {
      ...{ about: 'streams end after this time, and clients go on', default: 'never' },
    }),
    bodyLimit: setting(bytes, { about: 'bytes of a request body', default: '1MB' }),
    sockets: group({
      subscriptions: setting(wholeNumber, { about: 'subscriptions of one WebSocket at once', default: '64' }),
      messageBytes: setting(bytes, { about: 'bytes of a message of a client', default: '16KB' }),
    }),
    cors: group({
      origins: setting(texts, { about: 'sites whose pages may call, exactly', default: 'none' }),
      credentials: setting(yesOrNo, { about: 'whether they may send a session', default: 'false' }),
    }),
    auth: group(authSettings(group)),
    grants: group({
      secret: setting(secret, {
        about: 'what tickets and sessions are signed with: the same on all servers behind one address',
        ...{ default: 'random', env: 'SLUICE_GRANTS_SECRET' },
      }),
      ticketTtl: setting(duration, { about: 'how long a ticket may wait for its use', default: '60s' }),
      sessionTtl: setting(duration, { about: 'how long a session lasts', default: '1h' }),
    }),
    limits: group(limitSettings(group)),
    secrets: group({
      detect: setting(z.union([yesOrNo, texts], { error: 'expected true, false or names of rules' }), {
        about: 'whether secrets are found by their shape, or the rules that do',
        ...{ default: 'false', flag: '--detect-secrets', env: 'SLUICE_DETECT_SECRETS' },
      }),
      rules: setting(z.array(secretRule, { error: 'expected a list of rules' }), {
        ...{ about: 'shapes of your own: `name`, `prefix`, `chars`, `min`, `max`', default: 'none' },
      }),
      values: setting(
        z.record(z.string(), secret, { error: 'expected names, each with { env } or { file }' }),
        {
          ...{ about: 'names, and where the values are that no event may show', default: 'none' },
        },
      ),
    }),
    bridges: group({
      dockrion: group({
        at: setting(text, { about: 'where its addresses begin', default: '`/dockrion`' }),
        agent: setting(text, { about: 'the agent that is served', default: 'the only one' }),
        events: setting(z.union([text, texts], { error: 'expected a preset, or a list of events' }), {
          ...{ about: 'which events there are, as a Dockfile says it', default: 'all' },
        }),
      }),
      a2a: group({
        at: setting(text, { about: 'where its addresses begin', default: '`/a2a`' }),
        agent: setting(text, { about: 'the agent that is served', default: 'the first, or as messages say' }),
        url: setting(text, { about: 'where clients reach the server', default: 'as they do, by HTTP' }),
        name: setting(text, { about: 'name on the agent card', default: 'that of the agent' }),
        description: setting(text, { about: 'what the card says of it', default: 'that of the agent' }),
        version: setting(text, { about: 'version on the card', default: '1.0.0' }),
        push: setting(z.enum(['off', 'public', 'any'], { error: 'expected off, public or any' }), {
          ...{ about: 'where push notifications may go: `off`, `public`, `any` address', default: 'public' },
        }),
      }),
      'a2a-queue': group({
        at: setting(text, { about: 'where its addresses begin', default: 'the root' }),
      }),
      'ag-ui': group({
        at: setting(text, { about: 'where it is served', default: '`/agui`' }),
        agent: setting(text, { about: 'the agent that is served', default: 'the only one' }),
        input: setting(chatInput, { about: CHAT_INPUT, default: 'as the agent takes it' }),
        filter: setting(text, { about: 'which types are told', default: 'all' }),
        onDisconnect: setting(z.enum(['detach', 'cancel'], { error: 'expected detach or cancel' }), {
          ...{ about: 'what becomes of a run whose client leaves', default: 'detach: it goes on' },
        }),
      }),
      'ai-sdk': group({
        at: setting(text, { about: 'where it is served', default: '`/api/chat`' }),
        agent: setting(text, { about: 'the agent that is served', default: 'the only one' }),
        input: setting(chatInput, { about: CHAT_INPUT, default: 'as the agent takes it' }),
        filter: setting(text, { about: 'which types are told', default: 'all' }),
        dynamicTools: setting(yesOrNo, { about: 'whether tools are `dynamic-tool` parts', default: 'no' }),
      }),
    }),
  },
  { error: 'expected settings, such as "port: 4400"' },
);

/** What a file of settings says, with texts read: times are milliseconds. */
export type Config = z.infer<typeof CONFIG>;
