import type { Scope } from '../http/auth/principal.ts';
import { systemClock } from '../time/clock.ts';

/** Where the page came from; every address of the server is below it. */
export const BASE = new URL('.', location.href);

/** Whom the server takes the page for. */
export interface Visitor {
  readonly subject: string;
  readonly tenantId: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: string | undefined;
  /** Signed in here, so this page can sign out; otherwise something around the page has. */
  readonly hasCookie?: boolean | undefined;
}

/** `asking`: not known yet · `in`: requests are sent · `out`: they wait until somebody signs in. */
export type SessionState = 'asking' | 'in' | 'out';

/** Browsers and servers do not agree on the time to the second. */
const SOONEST_LOOK = 5_000;

/**
 * Who is signed in. The key is sent once, and the server answers with a cookie that no script can read: nothing of it
 * stays on the page. While nobody is signed in, requests of the page wait rather than fail, so that what is shown goes
 * on where it was.
 */
class Session {
  state: SessionState = 'asking';
  /** Absent where the server asks nobody, and while nobody is signed in. */
  visitor: Visitor | undefined;
  /** Whether somebody was signed in before. */
  hasExpired = false;
  readonly #listeners = new Set<() => void>();
  #stopAlarm: (() => void) | undefined;

  /** Calls `listener` whenever something has changed. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the server who this is. Never rejects: where it cannot be asked, the requests that follow will tell. */
  async begin(): Promise<void> {
    const answer = await ask('GET').catch(() => undefined);
    const body = answer?.ok ? ((await answer.json()) as Partial<Visitor> & { required: boolean }) : undefined;
    if (body?.required && body.subject === undefined) this.#leave();
    else this.#enter(body?.required ? (body as Visitor) : undefined);
  }

  /** Rejects with an error whose message is for people. */
  async signIn(key: string): Promise<void> {
    const answer = await ask('POST', key).catch(() => {
      throw new Error('The server cannot be reached just now. Try again.');
    });
    if (!answer.ok) throw new Error(await refusalOf(answer));
    const former = this.visitor;
    const visitor = { ...((await answer.json()) as Visitor), hasCookie: true };
    // What is on the page belongs to somebody else.
    if (former && (former.subject !== visitor.subject || former.tenantId !== visitor.tenantId))
      location.reload();
    else this.#enter(visitor);
  }

  /** Ends the session, and loads the page anew, so that nothing of it stays. Rejects if the server cannot be reached. */
  async signOut(): Promise<void> {
    await ask('DELETE');
    location.reload();
  }

  /** Like the global one, but waits for somebody to sign in, also when the answer is that nobody is. */
  readonly fetch: typeof fetch = async (input, init) => {
    for (;;) {
      await this.#whenIn(init?.signal);
      const answer = await fetch(input, init);
      if (answer.status !== 401) return answer;
      await answer.body?.cancel();
      this.#leave();
    }
  };

  #whenIn(signal: AbortSignal | null | undefined): Promise<void> | undefined {
    if (this.state === 'in') return undefined;
    return new Promise((resolve, reject) => {
      const stop = this.onChange(() => {
        if (this.state !== 'in') return;
        stop();
        resolve();
      });
      signal?.addEventListener('abort', () => {
        stop();
        reject(signal.reason as Error);
      });
    });
  }

  #enter(visitor: Visitor | undefined): void {
    this.state = 'in';
    this.visitor = visitor;
    this.#stopAlarm?.();
    const end = visitor?.expiresAt;
    // Asking is answered in any case; a request that comes too late would be refused, and browsers log that.
    if (end !== undefined) {
      const left = Date.parse(end) - systemClock.now();
      this.#stopAlarm = systemClock.alarm(Math.max(left, SOONEST_LOOK), () => void this.begin(), false);
    }
    this.#tell();
  }

  #leave(): void {
    if (this.state === 'out') return;
    this.hasExpired ||= this.visitor !== undefined;
    this.state = 'out';
    this.#stopAlarm?.();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

export const session = new Session();

function ask(method: 'GET' | 'POST' | 'DELETE', key?: string): Promise<Response> {
  return fetch(new URL('session', BASE), {
    method,
    cache: 'no-store',
    headers: { accept: 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
  });
}

async function refusalOf(answer: Response): Promise<string> {
  if (answer.status === 401)
    return 'The server does not know this key. Check that all of it is there, or ask for another.';
  const { detail } = Object(await answer.json().catch(() => undefined)) as { readonly detail?: unknown };
  return typeof detail === 'string' ? detail : `The server answered ${answer.status}.`;
}
