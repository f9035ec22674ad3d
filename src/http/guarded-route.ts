import type { Scope } from './auth/principal.ts';
import type { Route } from './exchange.ts';

/** A route, and what a credential must allow whoever asks for it. */
export interface GuardedRoute {
  readonly route: Route;
  /** Absent: everybody may. */
  readonly scope: Scope | undefined;
  /** It is told who asks, {@link NOBODY} if that is not known, and refuses nobody. */
  readonly isGreeting?: boolean | undefined;
  /** Which runs it is about is said on its connection, and checked there. */
  readonly namesRunsLater?: boolean | undefined;
}

/** Everybody may: it says nothing of runs. */
export const unguarded = (route: Route): GuardedRoute => ({ route, scope: undefined });
/** Everybody may: it says to whoever asks who that is. */
export const greeting = (route: Route): GuardedRoute => ({ route, scope: undefined, isGreeting: true });
export const reading = (route: Route): GuardedRoute => ({ route, scope: 'read' });
/** To read runs that are named on the connection. */
export const subscribing = (route: Route): GuardedRoute => ({ route, scope: 'read', namesRunsLater: true });
export const writing = (route: Route): GuardedRoute => ({ route, scope: 'write' });
export const cancelling = (route: Route): GuardedRoute => ({ route, scope: 'cancel' });
/** About the server as a whole, not about the runs of one tenant. */
export const administering = (route: Route): GuardedRoute => ({ route, scope: 'admin' });
