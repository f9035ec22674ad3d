import { afterEach, beforeEach } from '@jest/globals';
import { get, type IncomingMessage } from 'node:http';
import type { Bridge } from '../../src/bridges/bridge.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { dataFramesOf, framesOf, type Frame } from '../http/sse-frames.ts';
import { until } from '../support/settle.ts';

/** A stream that is still read. */
export interface OpenStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What has come so far. */
  text(): string;
  frames(): Frame[];
  /** Waits until so many frames with data have come. */
  reach(frames: number): Promise<Frame[]>;
  /** Waits for the server to end it. */
  ended(): Promise<Frame[]>;
  /** Cuts the connection. */
  cut(): void;
}

/** A server with bridges on a real port, a new one for every test. */
export interface BridgeLab {
  readonly engine: Engine;
  readonly server: HttpServer;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json(path: string, init?: RequestInit): Promise<{ readonly status: number; readonly body: unknown }>;
  stream(path: string, headers?: Record<string, string>): Promise<OpenStream>;
}

/** Serves around every test of the `describe` that calls this. */
export function bridgeLab(make: () => Engine, ...bridges: readonly Bridge[]): BridgeLab {
  let engine: Engine;
  let server: HttpServer;
  beforeEach(async () => {
    engine = make();
    server = await serveHttp({ engine, port: 0, bridges, heartbeat: 60_000 });
  });
  afterEach(() => engine.close({ whenEnded: () => server.close() }));
  return {
    get engine() {
      return engine;
    },
    get server() {
      return server;
    },
    fetch: (path, init) => fetch(`${server.url}${path}`, init),
    json: async (path, init) => {
      const answer = await fetch(`${server.url}${path}`, init);
      return { status: answer.status, body: JSON.parse(await answer.text()) as unknown };
    },
    stream: (path, headers) => openStream(`${server.url}${path}`, headers),
  };
}

/** Reads a stream over a connection of its own. */
export function openStream(url: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers }, response => {
      let text = '';
      let isOver = false;
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', () => undefined);
      response.on('close', () => (isOver = true));
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        text: () => text,
        frames: () => framesOf(text),
        reach: async count => {
          await until(() => dataFramesOf(text).length >= count, `${count} frames of ${url}`);
          return dataFramesOf(text);
        },
        ended: async () => {
          await until(() => isOver, `the end of ${url}`);
          return dataFramesOf(text);
        },
        cut: () => request.destroy(),
      });
    });
    request.on('error', reject);
  });
}

/** What the frames carry. */
export function dataOf(frames: readonly Frame[]): Record<string, unknown>[] {
  return frames.map(frame => JSON.parse(frame.data!) as Record<string, unknown>);
}
