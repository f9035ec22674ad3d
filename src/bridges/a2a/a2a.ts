import { createHash } from 'node:crypto';
import { SluiceError } from '../../errors/sluice-error.ts';
import { wholeOption } from '../../operators/check-option.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import type { Bridge, BridgeBody, BridgeRequest } from '../bridge.ts';
import { checkPlace } from '../check-place.ts';
import { agentCard, type CardOptions, type CardRules } from './agent-card.ts';
import { typedBody } from './binding.ts';
import { A2aRefusal, a2aOperations } from './described-operations.ts';
import { answerRpc } from './json-rpc.ts';
import type { A2aRules } from './operations.ts';
import { PushNotifications, type PushRules } from './push/push-notifications.ts';
import { SealedText } from './push/sealed-text.ts';
import { restError, toldAs } from './refusal.ts';
import { restRoutes } from './rest.ts';
import { Tasks } from './tasks.ts';

/** How push notifications are sent. All optional. */
export interface PushOptions {
  /** Also to addresses of this machine and of private networks. Default: false. */
  readonly allowPrivate?: boolean | undefined;
  /**
   * What configurations are sealed with where they are stored, at least 32 characters: the same on all instances, and after
   * a restart. Default: they are stored as they are, and one with a secret that the engine knows is refused.
   */
  readonly secret?: string | undefined;
  /** Configurations that one tenant may have at a time, 1 to 1,000,000. Default: 1,000. */
  readonly perTenant?: number | undefined;
}

/** How clients of A2A are served. All optional. */
export interface A2aOptions {
  /** Where its addresses begin; the agent card is always at the root. Default: `/a2a`. */
  readonly at?: string | undefined;
  /** The agent that is served. Default: what `metadata.agent` of a message says, or the first one there is. */
  readonly agent?: string | undefined;
  /** What the agent card says besides what the engine knows. */
  readonly card?: CardOptions | undefined;
  /** Push notifications: off, on, or how. Default: on. */
  readonly push?: boolean | PushOptions | undefined;
  /** Where retries of push notifications take their time from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

const CARD_PATH = '/.well-known/agent-card.json';
/** Seconds for which a card may be kept. */
const CARD_AGE = 300;
const SHORTEST_SECRET = 32;

/**
 * Answers clients of A2A 1.0 with the runs of an engine: a task is a run, a context a thread. Both HTTP bindings, the
 * agent card, streaming with exact resumption, push notifications. Give it to a server as `bridges: [a2a()]`. Throws
 * `BAD_OPTION`.
 */
export function a2a({ at = '/a2a', agent, card = {}, push = true, clock }: A2aOptions = {}): Bridge {
  const place = checkPlace('a2a', at);
  const rules: A2aRules = {
    card: { ...card, agent, at: place, pushes: push !== false },
    tasks: new Tasks(),
    push: new PushNotifications(pushRules(push, clock ?? systemClock)),
  };
  return {
    name: 'a2a',
    at: '',
    routes: {
      [CARD_PATH]: { GET: { route: request => cardBody(request, rules.card), scope: 'public' } },
      [place === '' ? '/' : place]: {
        POST: { route: request => answerRpc(request, rules), scope: 'within' },
      },
      ...restRoutes(`${place}/v1`, rules),
    },
    operations: a2aOperations(place, CARD_PATH),
    refusalSchema: A2aRefusal,
    begin: engine => rules.push.begin(engine),
    refusal: problem => {
      const told = toldAs(problem, undefined);
      return typedBody(told.row.http, restError(told), 'application/a2a+json');
    },
  };
}

function pushRules(push: boolean | PushOptions, clock: Clock): PushRules {
  const { allowPrivate = false, secret, perTenant = 1_000 } = typeof push === 'object' ? push : {};
  wholeOption('a2a: push.perTenant', perTenant, { unit: 'configurations', max: 1_000_000 });
  if (secret !== undefined && (typeof secret !== 'string' || secret.length < SHORTEST_SECRET)) {
    throw new SluiceError('BAD_OPTION', `a2a: push.secret: expected at least ${SHORTEST_SECRET} characters.`);
  }
  const sealing = secret === undefined ? undefined : new SealedText(secret);
  return { isOn: push !== false, allowsPrivate: allowPrivate, clock, sealing, perTenant };
}

/** The card, which clients may keep for a while and ask for again by its tag. */
async function cardBody(request: BridgeRequest, rules: CardRules): Promise<BridgeBody> {
  const body = agentCard(request, rules);
  const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 27)}"`;
  const headers = { etag, 'cache-control': `public, max-age=${CARD_AGE}`, vary: 'host' };
  const known = request
    .header('if-none-match')
    ?.split(',')
    .map(tag => tag.trim().replace(/^W\//, ''));
  if (known?.some(tag => tag === etag || tag === '*')) return { status: 304, body: undefined, headers };
  return { status: 200, body, headers };
}
