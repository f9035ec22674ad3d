import { createContext, createElement, useContext, useMemo, type ReactElement, type ReactNode } from 'react';
import type { Client } from '../create-client.ts';
import { clientOf, OWN_SERVER, type Server } from './run-target.ts';

/** Which server the components inside read from; one of the two. */
export interface SluiceProviderProps {
  /** Make it once, outside of components: connections are shared by client. */
  readonly client?: Client | undefined;
  /** The address of the server, where no client can be passed: from a component of a server, say. */
  readonly url?: string | undefined;
  readonly children?: ReactNode;
}

const ServerContext = createContext<Server>(OWN_SERVER);

/**
 * Says which server `useRun`, `useRuns` and `useClient` of the components inside mean. Needed only for another than the
 * one that the page came from, and for headers and credentials.
 */
export function SluiceProvider({ client, url, children }: SluiceProviderProps): ReactElement {
  return createElement(ServerContext.Provider, { value: client ?? url ?? OWN_SERVER }, children);
}

/**
 * The client of the {@link SluiceProvider} around, or that of the server that the page came from: to start runs, for
 * one. Throws `BAD_OPTION` outside of a browser if there is no provider with an absolute address.
 */
export function useClient(): Client {
  const server = useContext(ServerContext);
  return useMemo(() => clientOf({ server, runId: '' }), [server]);
}

/** The server that a hook means. */
export function useServer(client: Client | undefined): Server {
  const server = useContext(ServerContext);
  return client ?? server;
}
