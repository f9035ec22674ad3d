import { spawn } from 'node:child_process';

// Node cannot make a receive buffer small. With the usual ones the system takes 4 MB for each client that does not read,
// and with a thousand of them has none left for the others.
const CLIENTS = `
import socket, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
request = sys.stdin.buffer.readline().decode().strip().replace('|', '\\r\\n').encode()
clients = []
for _ in range(count):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(('127.0.0.1', port))
    client.sendall(request)
    client.recv(16)
    clients.append(client)
print('open', flush=True)
sys.stdin.read()
`;

/** Where clients connect, and what they ask for. */
export interface StalledRequest {
  readonly port: number;
  readonly path: string;
  readonly headers?: string | undefined;
}

/**
 * Opens connections that take the beginning of an answer and nothing more, in a process of their own that ends with this
 * one. Needs python3.
 */
export function openStalled({ port, path, headers = '' }: StalledRequest, count: number): Promise<void> {
  const child = spawn('python3', ['-c', CLIENTS, String(port), String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill());
  const lines = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n${headers}\r\n`;
  child.stdin.write(`${lines.replaceAll('\r\n', '|')}\n`);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the stalled clients ended (${code})`)));
    child.stdout.once('data', () => resolve());
  });
}
