import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectRun } from '../../src/client/connect-run.ts';
import { createClient, type Client } from '../../src/client/create-client.ts';
import { codeOf } from '../support/code-of.ts';
import { until } from '../support/settle.ts';
import { hurriedClock } from './reading.ts';

let server: Server;
let url: string;
/** What the server says to each request; nothing more follows. */
let saying: string;
const sockets = new Set<Socket>();
/** Those with a request; clients make some that they never use. */
const asked = new Set<Socket>();

beforeEach(async () => {
  saying = '';
  server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => [sockets, asked].forEach(set => set.delete(socket)));
    socket.on('data', () => {
      asked.add(socket);
      socket.write(saying);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise(resolve => server.close(resolve));
});

const calls: readonly (readonly [string, (client: Client) => Promise<unknown>])[] = [
  ['start', client => client.start('agent')],
  ['open', client => client.open()],
  ['get', client => client.get('run')],
  ['list', client => client.list()],
  ['cancel', client => client.cancel('run')],
  ['answer', client => client.answer('run', 'ask', { value: 1 })],
  ['delete', client => client.delete('run')],
];

describe('a port that accepts and stays silent', () => {
  it.each(calls)('does not keep %s waiting', async (_, call) => {
    await expect(call(createClient(url, { timeout: 20 }))).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+\/runs[a-z/]*: no answer within 0\.02 s\. Start the server. Check/,
      ) as unknown,
    });
    await until(() => asked.size === 0);
  });

  it('is waited for 30 s unless told otherwise', async () => {
    const client = createClient(url, { clock: hurriedClock(1_000) });
    await expect(client.list()).rejects.toThrow(/no answer within 30 s/);
  });

  it('may have begun to answer', async () => {
    saying = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"runs":';
    await expect(createClient(url, { timeout: 200 }).list()).rejects.toThrow(/no answer within 0\.2 s/);
    await until(() => asked.size === 0);
  });

  it('may be whatever makes the headers, or a fetch that heeds no signal', async () => {
    const never = () => new Promise<never>(() => undefined);
    for (const options of [{ headers: never }, { fetch: never }]) {
      expect(await codeOf(() => createClient(url, { timeout: 20, ...options }).list())).toBe(
        'CONNECTION_LOST',
      );
    }
  });

  it('is none to a connection that asks where now is', async () => {
    const connection = connectRun(`${url}/runs/run/events`, { after: 'now', timeout: 20, maxRetries: 0 });
    await expect(connection[Symbol.asyncIterator]().next()).rejects.toThrow(/no answer within 0\.02 s/);
  });

  it.each([0, 3_600_001, Number.NaN])('needs a limit that is one: %d', timeout => {
    expect(() => createClient(url, { timeout })).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: `timeout: expected 1 to 3600000 ms, got ${timeout}.`,
      }),
    );
  });
});
