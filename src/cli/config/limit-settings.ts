import type * as z from 'zod';
import { bytes, wholeNumber, countOrUnlimited, setting, text } from './setting-types.ts';

/** How much there may be: of one tenant or address, and of one run. The first five hold where credentials are asked for. */
export const limitSettings = <Group>(group: (shape: typeof MAILBOX) => Group) => ({
  tenantConnections: setting(countOrUnlimited, {
    ...{ about: 'requests and streams of a tenant at once', default: '10000' },
  }),
  addressConnections: setting(countOrUnlimited, { about: 'the same of one address', default: '10000' }),
  tenantRequests: setting(countOrUnlimited, {
    ...{ about: 'requests of a tenant in a second', default: '1000' },
  }),
  tenantEvents: setting(countOrUnlimited, {
    ...{ about: 'events that a tenant appends in a second', default: '20000' },
  }),
  addressFailures: setting(countOrUnlimited, {
    ...{ about: 'unknown credentials from an address in a minute', default: '100' },
  }),
  proxies: setting(wholeNumber, {
    about: 'proxies in front that are believed about addresses',
    default: '0',
  }),
  store: setting(text, {
    about: 'where rates are counted: `memory` for each server by itself, `redis`, `redis://HOST:PORT`',
    ...{ default: 'memory', flag: '--limits-store', env: 'SLUICE_LIMITS_STORE' },
  }),
  liveRuns: setting(wholeNumber, { about: 'runs alive at once', default: '100000' }),
  eventBytes: setting(bytes, { about: 'bytes of one event', default: '256KB' }),
  keptEvents: setting(wholeNumber, {
    ...{ about: 'events kept of a run; the oldest go first', default: '100000; 10000 in memory' },
  }),
  keptBytes: setting(bytes, { about: 'bytes kept of a run', default: '50MB; 16MB in memory' }),
  mailbox: group(MAILBOX),
});

const MAILBOX = {
  events: setting(wholeNumber, { about: 'events of a run that may wait to be stored', default: '10000' }),
  bytes: setting(bytes, { about: 'and bytes', default: '8MB' }),
} satisfies z.ZodRawShape;
