import { SluiceError } from '../../errors/sluice-error.ts';
import { maskValue } from '../../secrets/mask-value.ts';
import type { Exchange } from '../exchange.ts';
import { jsonReply, textReply, type Reply } from '../reply.ts';

/** The agents that can be started by name; masked, since the schema of an input may name a default. */
export function listAgents({ engine }: Exchange): Reply {
  return jsonReply(200, { agents: maskValue(engine.agentInfos, engine.secrets).value });
}

/** The process answers. */
export function health(): Reply {
  return jsonReply(200, { status: 'ok' });
}

/** The process can start runs; if not, why not is a problem document with the status 503. */
export async function ready({ engine }: Exchange): Promise<Reply> {
  await engine.checkReady();
  return jsonReply(200, { status: 'ready' });
}

/** The page, if there is one. */
export function showPage({ settings: { page } }: Exchange): Reply {
  if (!page) throw new SluiceError('NOT_FOUND', '"/": no page is served here.');
  return textReply(200, page.html, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': page.contentSecurityPolicy,
  });
}
