import { connect } from 'node:net';
import { it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { serveHttp } from '../../../src/http/serve-http.ts';
import { until, untilAsked } from '../../support/settle.ts';

it('a socket that is cut while its credential is looked at keeps no place of its tenant', async () => {
  const engine = createEngine({ grace: 0 });
  const waiting: (() => void)[] = [];
  let isSlow = true;
  const server = await serveHttp({
    ...{ engine, port: 0, limits: { tenantConnections: 1 } },
    authorize: async () => {
      if (isSlow) await new Promise<void>(resolve => waiting.push(resolve));
      return { subject: 'us', tenantId: 'ours', scopes: ['read'] };
    },
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const handshake = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
  const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`;
  const protocol = 'Sec-WebSocket-Protocol: sluice.v1';
  socket.write(['GET /ws HTTP/1.1', 'Host: localhost', ...handshake, key, protocol, '', ''].join('\r\n'));
  await until(() => waiting.length === 1, 'the look at the credential');
  socket.resetAndDestroy();
  // Another request is served meanwhile, so the server has heard of the cut.
  await fetch(`${server.url}/healthz`).then(answer => answer.text());
  isSlow = false;
  waiting[0]!();
  await engine.open({ id: 'run', tenantId: 'ours' });
  await untilAsked(async () => {
    const answer = await fetch(`${server.url}/runs/run/events`);
    await answer.body?.cancel();
    return answer.status === 200;
  }, 'a place for the next one');
  await server.close();
  await engine.close();
});
