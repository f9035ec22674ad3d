import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RunSubscription } from '../../bridges/websocket/run-subscription.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { schemaIssues } from '../../event/schema-issues.ts';
import { maskValue } from '../../secrets/mask-value.ts';
import type { HttpCore } from '../http-core.ts';
import { problemFacts, type Problem } from '../problem.ts';
import { ClientMessage } from './messages.ts';
import type { OpenSocket } from './open-socket.ts';
import { SocketLine, type LineListener } from './socket-line.ts';
import { CLOSE_CODES, DEFAULT_CREDIT, MOST_CREDIT } from './socket-protocol.ts';
import type { Subscribed, SubscribeMessage } from './socket-desk.ts';

interface Member {
  readonly id: string;
  /** Absent while it is opened. */
  subscribed?: Subscribed;
  /** What it may have when it is open. */
  granted: number;
  /** Its next frames are waited for. */
  isBusy: boolean;
  isGone: boolean;
}

/** Messages that cannot be understood, after which a client is not listened to any longer. */
const MOST_MISTAKES = 16;

/**
 * The subscriptions of one WebSocket. They take turns, one page each; one that waits for its store or for credit holds
 * up nobody. Nothing is read that the socket has no room for. Memory: a position for each subscription, and what the
 * connection has not sent, 64 KB and a page at the most.
 */
export class SocketSession implements LineListener {
  readonly #core: HttpCore;
  readonly #opened: OpenSocket;
  readonly #released: () => void;
  readonly #line: SocketLine;
  readonly #members = new Map<string, Member>();
  /** Those that may have something, whoever has waited longest first. */
  readonly #due = new Set<Member>();
  #isPumping = false;
  #mistakes = 0;
  /** Set when it is to end: how many leave together. */
  #leaving: number | undefined;
  #stopAging: (() => void) | undefined;

  /** `released` is called once, when the socket is over. */
  constructor(
    core: HttpCore,
    opened: OpenSocket,
    {
      webSocket,
      socket,
      released,
    }: { readonly webSocket: WebSocket; readonly socket: Duplex; readonly released: () => void },
  ) {
    this.#core = core;
    this.#opened = opened;
    this.#released = released;
    this.#line = new SocketLine(core, webSocket, socket, this);
    const { subscriptions } = opened.exchange.settings.sockets;
    const { heartbeat } = opened.exchange.settings;
    this.#line.tell({ type: 'hello', retry: core.retryDelay(), heartbeat, subscriptions });
    if (opened.until !== undefined) {
      this.#stopAging = core.lifetimes.at(opened.until, () => this.#endInTime());
    }
  }

  /** Subscriptions that are open. */
  get size(): number {
    return this.#members.size;
  }

  /** Sends what there is now, as far as it is granted and taken, and ends the socket. Runs go on. */
  finish(leaving: number): void {
    this.#leaving = leaving;
    for (const member of this.#members.values()) this.#due.add(member);
    this.#pump();
  }

  heard(text: string): void {
    const message = parsed(text);
    if ('problem' in message) return this.#misunderstood(message.problem);
    switch (message.type) {
      case 'subscribe':
        return this.#subscribe(message);
      case 'unsubscribe':
        return this.#unsubscribe(message.id);
      case 'credit':
        return this.#grant(message.id, message.n);
      case 'ping':
        this.paused();
        return this.#line.tell({ type: 'pong' });
    }
  }

  drained(): void {
    this.#pump();
  }

  paused(): void {
    for (const { subscribed } of this.#members.values()) {
      const bytes = subscribed?.subscription.moved();
      if (bytes) this.#line.write(bytes);
    }
  }

  closed(): void {
    this.#stopAging?.();
    for (const member of this.#members.values()) this.#remove(member);
    this.#released();
  }

  #subscribe(message: SubscribeMessage): void {
    const { id = message.runId, credit = DEFAULT_CREDIT } = message;
    const { subscriptions } = this.#opened.exchange.settings.sockets;
    if (this.#members.has(id)) {
      return this.#misunderstood(`subscribe: ${JSON.stringify(id)} is the id of another subscription`);
    }
    if (this.#members.size >= subscriptions || this.#leaving !== undefined) {
      return this.#refuse(id, problemFacts(tooMany(subscriptions)));
    }
    const member: Member = { id, granted: credit, isBusy: true, isGone: false };
    this.#members.set(id, member);
    void this.#opened.desk.subscribe(message).then(answer => {
      member.isBusy = false;
      if (!('subscription' in answer)) {
        if (!member.isGone) this.#refuse(id, answer);
        this.#remove(member);
        return this.#pump();
      }
      if (member.isGone) {
        answer.leave();
        return this.#pump();
      }
      member.subscribed = answer;
      const { subscription, cursor } = answer;
      subscription.bell = { ring: () => this.#ring(member) };
      subscription.grant(member.granted - subscription.credit);
      this.#line.tell({ type: 'subscribed', id, runId: message.runId, cursor });
      this.#ring(member);
      // A socket that takes nothing holds no page for each of its subscriptions.
      if (this.#due.has(member)) subscription.forget();
    });
  }

  #unsubscribe(id: string): void {
    const member = this.#members.get(id);
    if (!member) return;
    this.#remove(member);
    this.#line.tell({ type: 'end', id });
  }

  #grant(id: string, credit: number): void {
    const member = this.#members.get(id);
    // It may have ended meanwhile.
    if (!member) return;
    const { subscription } = member.subscribed ?? {};
    if ((subscription?.credit ?? member.granted) + credit > MOST_CREDIT) {
      return this.#misunderstood(`credit: more than ${MOST_CREDIT} for ${JSON.stringify(id)}`);
    }
    if (!subscription) return void (member.granted += credit);
    subscription.grant(credit);
    this.#ring(member);
  }

  #ring(member: Member): void {
    this.#due.add(member);
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    if (this.#due.size > 1) this.#line.together(() => this.#takeTurns());
    else this.#takeTurns();
    this.#isPumping = false;
    const isDone = this.#due.size === 0 && ![...this.#members.values()].some(({ isBusy }) => isBusy);
    if (this.#leaving !== undefined && isDone) this.#leave(CLOSE_CODES.leaving, 'The server closes.');
  }

  #takeTurns(): void {
    for (const member of this.#due) {
      if (!this.#line.isOpen || this.#line.isFull) return;
      this.#due.delete(member);
      if (member.isBusy || !member.subscribed || member.isGone) continue;
      this.#takeFrom(member, member.subscribed.subscription);
    }
  }

  #takeFrom(member: Member, subscription: RunSubscription): void {
    try {
      const bytes = subscription.next();
      if (!bytes || !('then' in bytes)) return this.#give(member, subscription, bytes);
      member.isBusy = true;
      bytes.then(
        later => {
          member.isBusy = false;
          if (member.isGone) return;
          this.#give(member, subscription, later);
          // Credit may have come, or the bell may have rung.
          if (!member.isGone) this.#due.add(member);
          this.#pump();
        },
        (error: unknown) => this.#fail(member, error),
      );
    } catch (error) {
      this.#fail(member, error);
    }
  }

  #give(member: Member, { ended }: RunSubscription, bytes: Uint8Array | undefined): void {
    if (bytes) this.#line.write(bytes);
    if (ended) {
      this.#remove(member);
      this.#line.tell({ type: 'end', id: member.id });
    } else if (bytes) {
      this.#due.add(member);
    }
  }

  /** The store is lost. */
  #fail(member: Member, error: unknown): void {
    if (member.isGone) return;
    this.#remove(member);
    this.#refuse(member.id, problemFacts(error));
    this.#pump();
  }

  #refuse(id: string | undefined, problem: Problem): void {
    const { secrets } = this.#opened.exchange.engine;
    const facts = maskValue(problem, secrets).value as Problem;
    this.#line.tell({ type: 'error', ...(id !== undefined && { id }), ...facts });
  }

  #misunderstood(problem: string): void {
    this.#refuse(undefined, problemFacts(new SluiceError('BAD_REQUEST', `message: ${problem}.`)));
    if (++this.#mistakes >= MOST_MISTAKES) {
      this.#line.close(CLOSE_CODES.notUnderstood, 'Too many messages were not understood.');
    }
  }

  #endInTime(): void {
    const { expiresAt = Infinity } = this.#opened;
    if (this.#core.now() >= expiresAt) this.#leave(CLOSE_CODES.expired, 'The credential has expired.');
    else this.#leave(CLOSE_CODES.leaving, 'The time of this socket is over.');
  }

  /** Ends it at once, whatever its client was yet to take. */
  cut(): void {
    this.#line.cut();
  }

  #leave(code: number, reason: string): void {
    this.#line.tell({ type: 'bye', retry: this.#core.retryDelay(this.#leaving) });
    this.#line.close(code, reason);
  }

  #remove(member: Member): void {
    if (member.isGone) return;
    member.isGone = true;
    this.#members.delete(member.id);
    this.#due.delete(member);
    member.subscribed?.leave();
  }
}

/** What a client says, or what is wrong with it. */
function parsed(text: string): ClientMessage | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'expected JSON, got something else' };
  }
  const checked = ClientMessage.safeParse(value);
  if (checked.success) return checked.data;
  return { problem: schemaIssues(checked.error, { nameOf: path => path || 'message' }).join('; ') };
}

function tooMany(most: number): SluiceError {
  return new SluiceError(
    'TOO_MANY_REQUESTS',
    `More than ${most} subscriptions at once. Unsubscribe, or open another socket.`,
    { details: { retryAfter: 1 } },
  );
}
