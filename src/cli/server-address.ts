import type { Command } from 'commander';
import { SluiceError } from '../index.ts';
import { createClient, type Client } from '../client/index.ts';
import { collected } from './repeated-flags.ts';
import { DEFAULTS } from './serve-settings.ts';
import { shownAddress } from './shown-address.ts';

/** What every command that talks to a server is given. */
export interface ServerFlags {
  readonly url?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

/** A server, and how it is asked. */
export interface Server {
  /** Without credentials and without a slash at the end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Client;
  /** What a command needs besides to find the same server: ` --url …` if that was a flag, or nothing. */
  readonly urlFlag: string;
}

/** Where a server is if nobody says. */
export const DEFAULT_URL = `http://${DEFAULTS.host}:${DEFAULTS.port}`;

/** Adds the flags of {@link ServerFlags}. */
export function withServer(command: Command): Command {
  return command
    .option('--url <address>', `the server (default: ${DEFAULT_URL}, env: SLUICE_URL)`)
    .option(
      '--header <name: value>',
      'header of each request; may be repeated (env: SLUICE_HEADERS, one a line; for a key: SLUICE_API_KEY)',
      collected,
    )
    .option('--json', 'print JSON, also for errors');
}

/** The server that flags and variables name; flags win. Throws `BAD_OPTION`, and never shows a header's value. */
export function serverOf(flags: ServerFlags, env: Readonly<Record<string, string | undefined>>): Server {
  const isFlag = flags.url !== undefined;
  const address = isFlag
    ? parseUrl('--url', flags.url)
    : parseUrl('SLUICE_URL', env['SLUICE_URL'] || DEFAULT_URL);
  const headers = {
    ...basicCredentials(address),
    ...keyOf(env['SLUICE_API_KEY']),
    ...headersOf(
      'SLUICE_HEADERS',
      (env['SLUICE_HEADERS'] ?? '').split('\n').filter(line => line.trim() !== ''),
    ),
    ...headersOf('--header', flags.header ?? []),
  };
  address.username = address.password = address.search = address.hash = '';
  const url = address.href.replace(/\/+$/, '');
  return { url, headers, client: createClient(url, { headers }), urlFlag: isFlag ? ` --url ${url}` : '' };
}

function parseUrl(name: string, text: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    // Throws where they are malformed.
    decodeURIComponent(url.username + url.password);
    // With an @ in its path it is one of which a slash is missing, and the path would be shown.
    if (/^https?:$/.test(url.protocol) && url.hostname !== '' && !url.pathname.includes('@')) return url;
  } catch {
    // Told below.
  }
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected an address such as ${DEFAULT_URL}, got ${shownAddress(text)}.`,
  );
}

/** `fetch` takes no credentials from an address. */
function basicCredentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** There is no flag for it: flags are seen by whoever lists processes. */
function keyOf(key: string | undefined): Record<string, string> {
  if (!key) return {};
  // Anything else could end the header, or would be refused with the key in the message.
  if (/^[\w.~+/=-]+$/.test(key)) return { authorization: `Bearer ${key}` };
  throw new SluiceError(
    'BAD_OPTION',
    'SLUICE_API_KEY: expected a key or a token alone, without "Bearer" and without line ends.',
  );
}

function headersOf(place: string, lines: readonly string[]): Record<string, string> {
  const headers = new Headers();
  for (const line of lines) {
    const at = line.indexOf(':');
    try {
      if (at <= 0) throw new Error('no name');
      headers.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    } catch {
      const name = at > 0 ? JSON.stringify(line.slice(0, at).slice(0, 80)) : 'something without a colon';
      throw new SluiceError(
        'BAD_OPTION',
        `${place}: expected 'Name: value', got ${name}. For example: --header 'Authorization: Bearer …'.`,
      );
    }
  }
  return Object.fromEntries(headers);
}
