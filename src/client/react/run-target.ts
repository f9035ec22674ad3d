import { SluiceError } from '../../errors/sluice-error.ts';
import { createClient, type Client } from '../create-client.ts';

/** A client, or the address that one is made for when it is needed. */
export type Server = Client | string;

/** A run and where it is. */
export interface RunTarget {
  readonly server: Server;
  readonly runId: string;
}

/** The server that the page came from. */
export const OWN_SERVER = '/';

const clients = new Map<string, Client>();
const ADDRESS = /^([^?#]*)\/runs\/([^/?#]+)(?:\/events)?\/?(?:[?#].*)?$/;

/** An id is a run of `server`; whatever holds a slash is the address of a run and brings its own. Never throws. */
export function targetOf(run: string, server: Server): RunTarget {
  if (!run.includes('/')) return { server, runId: run };
  const [, base, id = ''] = ADDRESS.exec(run) ?? [];
  if (base === undefined) return { server: '', runId: run };
  try {
    return { server: base || OWN_SERVER, runId: decodeURIComponent(id) };
  } catch {
    return { server: '', runId: run };
  }
}

/** The client of a server; one for each address. Throws `BAD_OPTION` if there is none for it. */
export function clientOf({ server, runId }: RunTarget): Client {
  if (typeof server !== 'string') return server;
  if (server === '') {
    throw new SluiceError(
      'BAD_OPTION',
      `run: expected the id of a run, or an address such as /runs/abc, got ${JSON.stringify(runId.slice(0, 200))}.`,
    );
  }
  const client = clients.get(server) ?? createClient(server);
  clients.set(server, client);
  return client;
}
