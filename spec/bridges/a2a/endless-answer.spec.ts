import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { post } from '../../../src/bridges/a2a/push/post.ts';

const server = createServer();

it('a push notification is taken with the status of its answer, and what follows is not waited for', async () => {
  const left = new Promise(resolve => {
    server.once('request', (request, response) => {
      request.resume();
      response.writeHead(200).write('a body that never ends');
      response.once('close', resolve);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await post({ url, headers: {}, body: '{}' }, true)).toBe('taken');
  await left;
  await once(server.close(), 'close');
}, 30_000);
