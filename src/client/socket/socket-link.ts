import { isSluiceError, type SluiceError } from '../../errors/sluice-error.ts';
import type { ClientMessage, ServerMessage } from '../../http/websocket/messages.ts';
import { askServer } from '../ask-server.ts';
import type { StreamSettings } from '../options.ts';
import { Retries } from '../retries.ts';
import { badResponse, connectionLost, sendRequest } from '../send-request.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ReaderLink, SocketReader } from './socket-reader.ts';
import { webSocketOf, type WebSocketConstructor } from './web-socket.ts';

/** Keeps one WebSocket open for as long as somebody reads, and hands out what comes on it. */
export class SocketLink implements ReaderLink {
  readonly settings: StreamSettings;
  readonly #address: URL;
  readonly #given: WebSocketConstructor | undefined;
  readonly #readers = new Set<SocketReader>();
  /** By what messages call them; `undefined` until the server has said that a name is free again. */
  readonly #names = new Map<string, SocketReader | undefined>();
  #connection: SocketConnection | undefined;
  #retries: Retries | undefined;
  #lastName = 0;

  /** `address`: that of the WebSocket, as http or https. */
  constructor(address: URL, settings: StreamSettings, given: WebSocketConstructor | undefined) {
    this.#address = address;
    this.settings = settings;
    this.#given = given;
    settings.signal?.addEventListener('abort', () => this.close());
  }

  join(reader: SocketReader): void {
    if (this.settings.signal?.aborted) return reader.end();
    this.#readers.add(reader);
    if (this.#readers.size === 1) void this.#run();
    else this.subscribe(reader);
  }

  leave(reader: SocketReader): void {
    if (!this.#readers.delete(reader)) return;
    if (reader.id !== undefined) {
      this.#names.set(reader.id, undefined);
      this.say({ type: 'unsubscribe', id: reader.id });
    }
    if (this.#readers.size === 0) this.#hangUp();
  }

  subscribe(reader: SocketReader): void {
    if (!this.#connection?.wasOpen || !this.#readers.has(reader) || !reader.isWaiting) return;
    reader.id = this.#nameFor(reader.wanted.runId);
    this.#names.set(reader.id, reader);
    this.say(reader.request);
  }

  say(message: ClientMessage): void {
    if (this.#connection?.wasOpen) this.#connection.say(message);
  }

  /** Ends all reading, without an error. */
  close(failure?: { readonly error: unknown }): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const reader of readers) reader.end(failure);
    this.#hangUp();
  }

  #hangUp(): void {
    this.#retries?.stop();
    this.#connection?.giveUp('nobody reads');
  }

  /** Until nobody reads. */
  async #run(): Promise<void> {
    const { onState } = this.settings;
    const retries = (this.#retries = new Retries(this.settings));
    let wasOpen = false;
    let failure: { readonly error: unknown } | undefined;
    try {
      while (this.#readers.size > 0 && this.#retries === retries) {
        onState({ status: 'connecting' });
        const connection = this.#connect(retries);
        this.#connection = connection;
        const error = await this.#open(connection).catch((refused: SluiceError) => refused);
        if (this.#retries !== retries) return;
        wasOpen ||= connection.wasOpen;
        this.#lose();
        if (this.#readers.size === 0 || connection.isStale) continue;
        await retries.wait(error, { least: connection.retry, isKnown: wasOpen });
      }
    } catch (error) {
      failure = { error };
    }
    if (this.#retries !== retries) return;
    this.#retries = undefined;
    if (failure) this.close(failure);
    onState({ status: 'closed', ...failure });
    // Somebody may have begun to read meanwhile.
    if (this.#readers.size > 0) void this.#run();
  }

  #connect(retries: Retries): SocketConnection {
    this.#names.clear();
    return new SocketConnection(this.settings, this.#address, message => {
      if (message.type === 'event') retries.reset();
      this.#hear(message);
    });
  }

  /** Why a connection is over. Rejects with what the server refuses it with. */
  async #open(connection: SocketConnection): Promise<SluiceError> {
    try {
      const WebSocket = webSocketOf(this.#given);
      connection.open(await this.#url(), WebSocket);
      if (await connection.opened) {
        this.settings.onState({ status: 'open' });
        for (const reader of this.#readers) this.subscribe(reader);
      }
    } catch (error) {
      connection.giveUp('given up');
      throw error;
    }
    const lost = await connection.lost;
    // Only plain HTTP says why a handshake failed.
    if (!connection.wasOpen && this.#readers.size > 0) await this.#ask();
    return lost;
  }

  /** With a ticket, where there are headers: no browser sends those with a WebSocket. */
  async #url(): Promise<URL> {
    const url = new URL(this.#address);
    url.protocol = url.protocol.replace('http', 'ws');
    if (!this.settings.headers) return url;
    const address = new URL('tickets', this.#address);
    const { body } = await askServer(address, { method: 'POST', body: '{}' }, this.settings);
    const { ticket } = Object(body) as { readonly ticket?: unknown };
    if (typeof ticket !== 'string') throw badResponse(address, 'expected a ticket, got something else');
    url.searchParams.set('ticket', ticket);
    return url;
  }

  async #ask(): Promise<void> {
    try {
      const response = await sendRequest(this.#address, { accept: 'application/json' }, this.settings);
      await response.body?.cancel();
    } catch (error) {
      if (!isSluiceError(error, 'UPGRADE_REQUIRED')) throw error;
      throw connectionLost(this.#address, 'the server, or what stands before it, opens no WebSocket', error);
    }
  }

  #hear(message: ServerMessage): void {
    if (!('id' in message) || message.id === undefined) return;
    const reader = this.#names.get(message.id);
    if (message.type === 'end' || message.type === 'error') this.#names.delete(message.id);
    reader?.heard(message);
  }

  #lose(): void {
    this.#connection = undefined;
    this.#names.clear();
    for (const reader of this.#readers) reader.disconnected();
  }

  /** Sockets that read a run by its own name share what the server makes of it. */
  #nameFor(runId: string): string {
    if (!this.#names.has(runId)) return runId;
    let name: string;
    do name = `s${++this.#lastName}`;
    while (this.#names.has(name));
    return name;
  }
}
