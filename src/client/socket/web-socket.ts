import { SluiceError } from '../../errors/sluice-error.ts';

/** Makes WebSockets as browsers do: the global one, or that of the package `ws`. */
export type WebSocketConstructor = new (url: string, protocols: string) => object;

/** What is used of a WebSocket. */
export interface OpenWebSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

interface Modules {
  createRequire(from: string): (name: string) => { readonly WebSocket: WebSocketConstructor };
}

/**
 * The constructor that the options name, else the global one, else that of `ws` as installed where the program runs:
 * Node has none of its own before version 22. Throws `MISSING_PEER`.
 */
export function webSocketOf(given: WebSocketConstructor | undefined): WebSocketConstructor {
  const known = given ?? globalThis.WebSocket;
  if (known) return known;
  try {
    // Asked of the process, so that no bundler puts into pages what they never need.
    const { process } = globalThis as { readonly process?: NodeJS.Process };
    const modules = process?.getBuiltinModule?.('node:module') as Modules | undefined;
    return modules!.createRequire(`${process!.cwd()}/`)('ws').WebSocket;
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      'connectSocket: expected a WebSocket, and this runtime has none. Run: npm install ws@8, or pass the option WebSocket.',
      { cause: error },
    );
  }
}
