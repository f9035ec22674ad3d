import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { serve as serveHono } from '@hono/node-server';
import compression from 'compression';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import type { ServedEngine } from '../../../src/http/exchange.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { createNodeListener } from '../../../src/http/create-node-listener.ts';

/** Where every framework mounts the routes. */
export const BASE = '/api/sluice';

/** A framework that listens on a free port, with what people put in front of routes. */
export interface Mounted {
  /** With the base path. */
  readonly url: string;
  close(): Promise<void>;
}

const OPTIONS = { basePath: BASE, heartbeat: 100, retry: 10 };

/** Mounts an engine as `docs/guides/frameworks.md` says, behind body parsers and compression where there are some. */
export const FRAMEWORKS: Readonly<Record<string, (engine: ServedEngine) => Promise<Mounted>>> = {
  'Node http': engine => listening(createNodeListener(engine, OPTIONS)),

  'Express 5': engine => {
    const app = express();
    app.use(compression());
    app.use(express.json());
    app.use(express.urlencoded());
    app.use(BASE, createNodeListener(engine, OPTIONS));
    return listening(app as RequestListener);
  },

  Hono: engine => {
    const app = new Hono();
    const handler = createHandler(engine, OPTIONS);
    app.use(compress());
    app.all(`${BASE}/*`, context => handler(context.req.raw));
    return new Promise(resolve => {
      const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
        resolve({
          url: `http://127.0.0.1:${port}${BASE}`,
          close: () =>
            new Promise(done => {
              server.close(() => done());
              if ('closeAllConnections' in server) server.closeAllConnections();
            }),
        }),
      );
    });
  },

  'Fastify 5': async engine => {
    const app = fastify({ forceCloseConnections: true });
    const listener = createNodeListener(engine, OPTIONS);
    app.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
      scope.all(`${BASE}/*`, (request, reply) => {
        reply.hijack();
        listener(request.raw, reply.raw);
      });
      done();
    });
    // What others of its routes do is as it was.
    app.post('/echo', request => request.body);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}${BASE}`, close: () => app.close() };
  },

  'Fastify 5 behind its own parser': async engine => {
    const app = fastify({ forceCloseConnections: true });
    const listener = createNodeListener(engine, OPTIONS);
    app.all(`${BASE}/*`, (request, reply) => {
      reply.hijack();
      listener(Object.assign(request.raw, { body: request.body }), reply.raw);
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}${BASE}`, close: () => app.close() };
  },

  'Next.js route handlers': engine => {
    const handler = createHandler(engine, OPTIONS);
    return listening(nextServer({ GET: handler, POST: handler, DELETE: handler }));
  },
};

type RouteHandler = (request: Request, context: { params: Promise<object> }) => Promise<Response>;

/**
 * Calls exported functions as the server of Next.js does: by method, with a web-standard request whose signal fires when
 * the client goes, and the parameters of `[...path]` as a promise. HEAD is GET; a method that is not exported is 405.
 */
function nextServer(route: Readonly<Record<'GET' | 'POST' | 'DELETE', RouteHandler>>): RequestListener {
  return (request, response) => {
    void (async () => {
      const method = request.method === 'HEAD' ? 'GET' : request.method!;
      const handler = (route as Readonly<Record<string, RouteHandler>>)[method];
      if (!handler) return void response.writeHead(405).end();
      const left = new AbortController();
      response.once('close', () => {
        if (!response.writableFinished) left.abort();
      });
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      const hasBody = !['GET', 'HEAD'].includes(request.method!);
      const web = new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method!,
        ...{ headers, signal: left.signal, duplex: 'half' },
        ...(hasBody && { body: Readable.toWeb(request) as ReadableStream }),
      });
      const path = new URL(web.url).pathname.slice(BASE.length + 1).split('/');
      const answer = await handler(web, { params: Promise.resolve({ path }) });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.flushHeaders();
      const reader = answer.body?.getReader();
      left.signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return void response.end();
        response.write(value);
      }
    })().catch(() => response.destroy());
  };
}

async function listening(listener: RequestListener): Promise<Mounted> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
