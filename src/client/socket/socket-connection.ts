import type { ClientMessage, ServerMessage } from '../../http/websocket/messages.ts';
import type { SUBPROTOCOL } from '../../http/websocket/socket-protocol.ts';
import type { SluiceError } from '../../errors/sluice-error.ts';
import type { StreamSettings } from '../options.ts';
import { parseJson } from '../parse-json.ts';
import { badResponse, connectionLost } from '../send-request.ts';
import { onOnline } from '../wake-ups.ts';
import type { OpenWebSocket, WebSocketConstructor } from './web-socket.ts';

const PROTOCOL: typeof SUBPROTOCOL = 'sluice.v1';

/** One WebSocket, from its request until it is lost. */
export class SocketConnection {
  /** Given up because the network has changed: the next one may be made at once. */
  isStale = false;
  /** What the server wants clients to wait before they come back, in milliseconds. */
  retry = 0;
  /** It can be spoken on, or could be. */
  wasOpen = false;
  /** Whether it has come to that. */
  readonly opened: Promise<boolean>;
  /** Why it is over. */
  readonly lost: Promise<SluiceError>;
  readonly #settings: StreamSettings;
  readonly #address: URL;
  readonly #heard: (message: ServerMessage) => void;
  #open!: (isOpen: boolean) => void;
  #fail!: (error: SluiceError) => void;
  #isOver = false;
  #webSocket: OpenWebSocket | undefined;
  #heartbeat = 0;
  #lastHeard = 0;
  #isAsked = false;
  #stopAlarm: () => void = () => undefined;
  readonly #stopOnline: () => void;

  /** `address` is what errors name; `heard` is told what concerns subscriptions. */
  constructor(settings: StreamSettings, address: URL, heard: (message: ServerMessage) => void) {
    this.#settings = settings;
    this.#address = address;
    this.#heard = heard;
    this.opened = new Promise(resolve => (this.#open = resolve));
    this.lost = new Promise(resolve => (this.#fail = resolve));
    // What was open when the network changed mostly looks open for a long time.
    this.#stopOnline = onOnline(() => {
      this.isStale = true;
      this.giveUp('the network has changed');
    });
    this.#watch(settings.timeout, () => this.giveUp(`no answer within ${settings.timeout / 1_000} s`));
  }

  open(url: URL, WebSocket: WebSocketConstructor): void {
    if (this.#isOver) return;
    let webSocket: OpenWebSocket;
    try {
      webSocket = new WebSocket(url.href, PROTOCOL) as OpenWebSocket;
    } catch (error) {
      return this.#end(connectionLost(this.#address, String(error), error));
    }
    this.#webSocket = webSocket;
    webSocket.onmessage = ({ data }) => this.#hear(data);
    webSocket.onerror = () => undefined;
    webSocket.onclose = ({ code, reason }) => {
      const said = reason ? `: ${reason.replace(/\.$/, '')}` : '';
      this.giveUp(this.wasOpen ? `closed with ${code}${said}` : 'no WebSocket could be opened');
    };
  }

  say(message: ClientMessage): void {
    this.#webSocket?.send(JSON.stringify(message));
  }

  /** Ends it, if it has not ended. */
  giveUp(reason: string): void {
    this.#end(connectionLost(this.#address, reason));
  }

  #end(error: SluiceError): void {
    this.#isOver = true;
    this.#stopOnline();
    this.#stopAlarm();
    const webSocket = this.#webSocket;
    this.#webSocket = undefined;
    if (webSocket) {
      webSocket.onmessage = webSocket.onclose = null;
      webSocket.close();
    }
    this.#open(false);
    this.#fail(error);
  }

  #hear(data: unknown): void {
    const message = typeof data === 'string' ? parseJson(data) : undefined;
    const { type, retry, heartbeat } = Object(message) as Readonly<Record<string, unknown>>;
    if (typeof type !== 'string') {
      const shown = JSON.stringify(String(data).slice(0, 80));
      return this.#end(badResponse(this.#address, `expected messages of Sluice, got ${shown}`));
    }
    this.#lastHeard = this.#settings.clock.now();
    this.#isAsked = false;
    if (type === 'hello' || type === 'bye') this.retry = Number(retry) || 0;
    if (type !== 'hello') return this.#heard(message as ServerMessage);
    this.#heartbeat = Number(heartbeat) || 15_000;
    this.wasOpen = true;
    this.#listen();
    this.#open(true);
  }

  /** Asks a silent server whether it is there, and gives it up if it is silent for as long again. */
  #listen(): void {
    const { clock } = this.#settings;
    const silence = clock.now() - this.#lastHeard;
    // A clock that jumped says nothing.
    const left = silence < 0 ? this.#heartbeat : this.#heartbeat - silence;
    if (left > 0) return this.#watch(left, () => this.#listen());
    if (this.#isAsked) return this.giveUp(`no sign of life for ${(2 * this.#heartbeat) / 1_000} s`);
    this.#isAsked = true;
    this.say({ type: 'ping' });
    this.#watch(this.#heartbeat, () => this.#listen());
  }

  #watch(delay: number, ring: () => void): void {
    this.#stopAlarm();
    this.#stopAlarm = this.#settings.clock.alarm(delay, ring, false);
  }
}
