import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { settle, until } from '../../support/settle.ts';
import { rawRequest } from '../raw-request.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

describe('requests for another protocol', () => {
  const lab = socketLab(UPGRADING.serveHttp!);

  it('are answered in the one they came in, with their bodies, on a connection that is kept', async () => {
    const url = await lab.begin();
    const port = Number(new URL(url).port);
    const body = JSON.stringify({ id: 'by-java', agent: 'greet' });
    const lines = [
      ...['POST /runs HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: Upgrade, HTTP2-Settings'],
      ...['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__', 'Content-Type: application/json'],
      `Content-Length: ${body.length}`,
    ];
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', chunk => (text += chunk.toString()));
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
    await settle();
    socket.write(body.slice(5));
    await until(() => text.includes('"eventsUrl"'));
    expect(text).toMatch(/^HTTP\/1.1 202 /);
    text = '';
    socket.write(`GET /runs/by-java HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await until(() => text.includes('"by-java"'));
    socket.destroy();
    const stream = await rawRequest(
      port,
      [
        ...['GET /runs/by-java/events HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: Upgrade'],
        'Upgrade: h2c',
      ],
      100,
    );
    expect(stream.body.toString()).toContain('retry:');
  });
});
